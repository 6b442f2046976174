"""The optimizers as their sources write them, one array at a time in float64."""

import numpy as np


def adam(start, gradients, rate, *, betas=(0.9, 0.999), eps=1e-8, decay=0.0, decoupled=False, shared=False):
    """Return the weights after every update; a gradient of None skips it.

    ``shared``: Sonnet's one count of updates, which a skipped update is one of.
    """
    x, m, v, count, found = np.array(start, np.float64), 0.0, 0.0, 0, []
    for g in gradients:
        count += g is not None or shared
        if g is not None:
            g = np.asarray(g, np.float64) + (0.0 if decoupled else decay * x)
            m = betas[0] * m + (1 - betas[0]) * g
            v = betas[1] * v + (1 - betas[1]) * g**2
            step = (m / (1 - betas[0] ** count)) / (np.sqrt(v / (1 - betas[1] ** count)) + eps)
            x = x - rate * (decay * x if decoupled else 0.0) - rate * step
        found.append(x)
    return found


def sgd_torch(start, gradients, rates, *, momentum=0.0, dampening=0.0, nesterov=False, decay=0.0):
    """Torch's, and with ``dampening=momentum`` Torch7's default: the first gradient enters whole."""
    x, buffer, found = np.array(start, np.float64), None, []
    for g, rate in zip(gradients, rates, strict=True):
        g = np.asarray(g, np.float64) + decay * x
        buffer = g if buffer is None else momentum * buffer + (1 - dampening) * g
        direction = g + momentum * buffer if nesterov else buffer
        x = x - rate * (direction if momentum else g)
        found.append(x)
    return found


def sgd_keras(start, gradients, rates, *, momentum=0.0, nesterov=False):
    """Keras': the rate is kept in the velocity."""
    x, velocity, found = np.array(start, np.float64), 0.0, []
    for g, rate in zip(gradients, rates, strict=True):
        g = np.asarray(g, np.float64)
        velocity = momentum * velocity - rate * g
        x = x + (momentum * velocity - rate * g if nesterov else velocity)
        found.append(x)
    return found


def rmsprop(start, gradients, rates, *, alpha, eps, decay=0.0):
    """Torch's: the offset is added to the root of the mean square."""
    x, square, found = np.array(start, np.float64), 0.0, []
    for g, rate in zip(gradients, rates, strict=True):
        g = np.asarray(g, np.float64) + decay * x
        square = alpha * square + (1 - alpha) * g**2
        x = x - rate * g / (np.sqrt(square) + eps)
        found.append(x)
    return found
