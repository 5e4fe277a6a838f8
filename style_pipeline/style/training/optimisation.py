"""The absolute yardstick: the pixels of one frame optimised directly, for minutes.

Gatys et al. (CVPR 2016): L-BFGS on the picture itself, from the frame, with the losses that the
networks are trained on. No network can be expected to do better at once. Begun from a network's
picture, it says how far that is from a better one.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from style_pipeline.style.training.evaluation import STYLE_WEIGHT, Score
from style_pipeline.style.training.loss import Trunk, content_loss, gram, style_loss


def optimise(
    frame: Tensor,
    painting: Tensor,
    trunk: Trunk,
    evaluations: int,
    on_evaluation: Callable[[int, Score], None] = lambda _number, _score: None,
    start: Tensor | None = None,
) -> tuple[Tensor, Score]:
    """The picture that ``evaluations`` of the losses lead to, and its errors.

    ``frame``, ``painting`` and ``start``, which is the frame where it is None: [1, 3, H, W] RGB in
    [0, 1]; so is the picture.
    """
    with torch.no_grad():
        grams = [gram(activation) for activation in trunk(painting)]
        wanted = trunk(frame)
    first = frame if start is None else start
    picture = first.clone(memory_format=torch.contiguous_format).requires_grad_(True)
    best = (picture.detach(), Score(float("inf"), float("inf")))
    count = 0

    def evaluate() -> Tensor:
        nonlocal best, count
        optimiser.zero_grad()
        seen = trunk(picture.clamp(0, 1))
        content, style = content_loss(seen, wanted).mean(), style_loss(seen, grams).mean()
        total = content + STYLE_WEIGHT * style
        total.backward()  # type: ignore[no-untyped-call]
        count += 1
        score = Score(content.item(), style.item())
        if score.total < best[1].total:
            best = (picture.detach().clamp(0, 1).clone(), score)
        on_evaluation(count, score)
        return total

    optimiser = torch.optim.LBFGS(
        [picture], max_iter=evaluations, max_eval=evaluations, history_size=20
    )
    optimiser.step(evaluate)  # type: ignore[no-untyped-call]
    return best
