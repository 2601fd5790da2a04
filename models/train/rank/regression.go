package main

import "math"

// ridge is how strongly weights are drawn to zero, in functions: features count
// by their standard deviations.
const ridge = 100

// regression is a logistic regression: a bias and a weight for each column.
type regression struct {
	bias    float64
	weights []float64
}

// sum is the score of a row; its logistic function is the target that is
// expected.
func (r regression) sum(row []float64) float64 {
	sum := r.bias
	for j, v := range row {
		sum += r.weights[j] * v
	}
	return sum
}

// table is what is learnt from: rows, their targets between 0 and 1, and how
// much each row counts.
type table struct {
	rows            [][]float64
	targets, counts []float64
}

func (t *table) add(row []float64, target, count float64) {
	t.rows, t.targets, t.counts = append(t.rows, row), append(t.targets, target), append(t.counts, count)
}

// fit finds the weights that make the targets likeliest, less the ridge, by
// Newton's method. A column that never changes gets none.
func fit(t table) regression {
	const steps, enough = 30, 1e-8
	columns := len(t.rows[0])
	means, deviations := moments(t)
	n := columns + 1
	weights := make([]float64, n) // of standardized columns, the bias first
	x := make([]float64, n)
	for range steps {
		gradient, hessian := make([]float64, n), make([][]float64, n)
		for i := range hessian {
			hessian[i] = make([]float64, n)
			hessian[i][i] = ridge
			gradient[i] = -ridge * weights[i]
		}
		hessian[0][0], gradient[0] = 0, 0
		for i, row := range t.rows {
			x[0] = 1
			sum := weights[0]
			for j, v := range row {
				x[j+1] = (v - means[j]) / deviations[j]
				sum += weights[j+1] * x[j+1]
			}
			p := 1 / (1 + math.Exp(-sum))
			for j := range n {
				gradient[j] += t.counts[i] * (t.targets[i] - p) * x[j]
				for k := range j + 1 {
					hessian[j][k] += t.counts[i] * p * (1 - p) * x[j] * x[k]
				}
			}
		}
		largest := 0.0
		for j, d := range solve(hessian, gradient) {
			weights[j] += d
			largest = max(largest, math.Abs(d))
		}
		if largest < enough {
			break
		}
	}
	r := regression{weights[0], make([]float64, columns)}
	for j := range columns {
		r.weights[j] = weights[j+1] / deviations[j]
		r.bias -= r.weights[j] * means[j]
	}
	return r
}

// moments returns the mean of each column and its standard deviation, infinite
// where that is zero.
func moments(t table) (means, deviations []float64) {
	columns, all := len(t.rows[0]), 0.0
	means, deviations = make([]float64, columns), make([]float64, columns)
	for i, row := range t.rows {
		all += t.counts[i]
		for j, v := range row {
			means[j] += t.counts[i] * (v - means[j]) / all
		}
	}
	for i, row := range t.rows {
		for j, v := range row {
			deviations[j] += t.counts[i] * (v - means[j]) * (v - means[j]) / all
		}
	}
	for j, d := range deviations {
		if deviations[j] = math.Sqrt(d); deviations[j] < 1e-9 {
			deviations[j] = math.Inf(1)
		}
	}
	return means, deviations
}

// solve returns x with a x = b, for a symmetric and positive definite a of which
// the lower half is given, by Cholesky's decomposition. It overwrites both.
func solve(a [][]float64, b []float64) []float64 {
	for i := range a {
		for j := range i + 1 {
			sum := a[i][j]
			for k := range j {
				sum -= a[i][k] * a[j][k]
			}
			if i == j {
				a[i][i] = math.Sqrt(sum)
			} else {
				a[i][j] = sum / a[j][j]
			}
		}
	}
	for i := range b {
		for k := range i {
			b[i] -= a[i][k] * b[k]
		}
		b[i] /= a[i][i]
	}
	for i := len(b) - 1; i >= 0; i-- {
		for k := i + 1; k < len(b); k++ {
			b[i] -= a[k][i] * b[k]
		}
		b[i] /= a[i][i]
	}
	return b
}
