"""Writes expected.npz: a spectrogram by numpy's FFT and filters written as
outer products, for the sound that mel_test.go makes. Needs numpy."""

import pathlib

import numpy as np

rate, window, hop, size, mels, floor = 8000, 200, 80, 256, 32, 1e-6
t = np.arange(2000) / rate
sound = (0.5 * np.sin(2 * np.pi * (300 + 1500 * t) * t) + 0.1 * np.sin(2 * np.pi * 3000 * t)).astype("f4").astype("f8")
hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
frames = np.lib.stride_tricks.sliding_window_view(sound, window)[::hop] * hann
power = np.abs(np.fft.rfft(frames, size)) ** 2
corners = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + rate / 2 / 700), mels + 2) / 2595) - 1)
hz = np.linspace(0, rate / 2, size // 2 + 1)
slopes = corners[None, :] - hz[:, None]
widths = np.diff(corners)
bank = np.maximum(0, np.minimum(-slopes[:, :-2] / widths[:-1], slopes[:, 2:] / widths[1:]))
out = np.log(np.maximum(power @ bank, floor)).astype("f4")
np.savez_compressed(pathlib.Path(__file__).parent / "expected.npz", sound=sound.astype("f4"), mel=out)
