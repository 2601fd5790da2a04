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

func (r regression) at(row []float64) float64 {
	sum := r.bias
	for j, v := range row {
		sum += r.weights[j] * v
	}
	return 1 / (1 + math.Exp(-sum))
}

// fit finds the weights that make targets, which lie between 0 and 1, likeliest,
// less the ridge, by Newton's method. A column that never changes gets none.
func fit(rows [][]float64, targets []float64) regression {
	const steps, enough = 30, 1e-8
	columns := len(rows[0])
	means, deviations := moments(rows)
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
		for i, row := range rows {
			x[0] = 1
			sum := weights[0]
			for j, v := range row {
				x[j+1] = (v - means[j]) / deviations[j]
				sum += weights[j+1] * x[j+1]
			}
			p := 1 / (1 + math.Exp(-sum))
			for j := range n {
				gradient[j] += (targets[i] - p) * x[j]
				for k := range j + 1 {
					hessian[j][k] += p * (1 - p) * x[j] * x[k]
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
func moments(rows [][]float64) (means, deviations []float64) {
	columns, n := len(rows[0]), float64(len(rows))
	means, deviations = make([]float64, columns), make([]float64, columns)
	for _, row := range rows {
		for j, v := range row {
			means[j] += v / n
		}
	}
	for _, row := range rows {
		for j, v := range row {
			deviations[j] += (v - means[j]) * (v - means[j]) / n
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
