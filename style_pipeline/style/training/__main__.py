"""``python -m style_pipeline.style.training train|adapt|score|optimise``: learn, and measure."""

import click
import torch

from style_pipeline.errors import StylePipelineError
from style_pipeline.style.training.commands.learning import adapt, train
from style_pipeline.style.training.commands.measuring import optimise, score


@click.group()
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
def main(threads: int) -> None:
    """Train style networks, and measure them."""
    torch.set_num_threads(threads)


for command in (train, adapt, score, optimise):
    main.add_command(command)

if __name__ == "__main__":
    try:
        main()
    except StylePipelineError as error:
        click.echo(f"error: {error}", err=True)
        raise SystemExit(error.exit_code) from None
