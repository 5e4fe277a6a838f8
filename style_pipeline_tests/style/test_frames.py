"""The frames that come with the package: small, alike in size, and attributed."""

from PIL import Image

from style_pipeline.style.frames import CREDIT, FRAMES


def test_they_are_small_and_alike() -> None:
    assert len(set(FRAMES)) == 3
    for path in FRAMES:
        assert path.stat().st_size <= 60 * 1024
        with Image.open(path) as picture:
            assert (picture.format, picture.size) == ("JPEG", (640, 360))


def test_they_say_whose_they_are() -> None:
    notice = FRAMES[0].with_name("NOTICE.txt").read_text()
    assert all(path.name in notice for path in FRAMES)
    assert "Attribution 3.0" in notice
    assert {"Big Buck Bunny", "(c) 2008 Blender Foundation"} <= set(CREDIT)
    assert all(words in " ".join(notice.split()) for words in CREDIT[:2])
