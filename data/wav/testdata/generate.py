"""Writes the fixtures of package wav. Needs numpy and scipy."""

import pathlib
import struct

import numpy as np
from scipy.io import wavfile

here = pathlib.Path(__file__).parent
wave = np.array([0, 0.5, -0.5, -1, 0.25, 0.75])
wavfile.write(here / "u8.wav", 8000, (wave * 128 + 128).astype("u1"))
wavfile.write(here / "i16.wav", 16000, (wave * 32768).astype("i2"))
wavfile.write(here / "i32.wav", 44100, (wave * 2**31).astype("i4"))
wavfile.write(here / "f32.wav", 8000, wave.astype("f4"))
wavfile.write(here / "f64.wav", 8000, wave)
wavfile.write(here / "stereo.wav", 8000, (wave * 32768).astype("i2").reshape(3, 2))

# 24 bits under WAVE_FORMAT_EXTENSIBLE, after a chunk of odd length.
samples = b"".join(int(v * 2**23).to_bytes(3, "little", signed=True) for v in wave)
guid = struct.pack("<H", 1) + bytes.fromhex("000000001000800000aa00389b71")
fmt = struct.pack("<HHIIHHHHI", 0xFFFE, 1, 8000, 24000, 3, 24, 22, 24, 4) + guid
body = b"WAVE" + b"LIST" + struct.pack("<I", 3) + b"abc\0"
body += b"fmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(samples)) + samples
(here / "extensible24.wav").write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
