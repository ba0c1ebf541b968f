package balance

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/network"
)

// teach trains one network per modality aside, as UME does, before the first
// epoch, and copies their best epochs to a place: "state/LABEL/" for teachers,
// fixed parameters that every checkpoint holds, or "" for the model itself.
// epochs 0 trains them as long as the model.
func teach(e *Epoch, to string, epochs int) error {
	if e.Index > 0 {
		return nil
	}
	taught, err := e.Try(Trial{Name: "teachers", Method: DefaultUME(), Epochs: epochs, Fresh: true})
	if err != nil {
		return err
	}
	for m := range e.Modalities {
		if err := taught.Copy("state/"+keptBest+"/", to, owned(m)...); err != nil {
			return err
		}
	}
	return nil
}

// imitation returns, for each modality, the mean squared difference between the
// model's pooled features and the teachers', [M].
func imitation(s *Step, taught *network.Pass) *graph.Node {
	losses := make([]*graph.Node, s.Modalities())
	for m := range losses {
		losses[m] = squaredError(s.Pass.Feature(m).Pool(), taught.Feature(m).Pool())
	}
	return graph.Stack(losses, 0)
}

// squaredError returns the mean of (h-target)^2 over batch and width.
func squaredError(h, target *graph.Node) *graph.Node {
	return graph.ReduceAllMean(graph.Square(graph.Sub(h, graph.StopGradient(target))))
}

func checkTeachers(method string, epochs int) error {
	if epochs < 0 {
		return fmt.Errorf("balance: %s: teachers %d epochs: must not be negative (0: as long as the model)", method, epochs)
	}
	return nil
}
