"""HTTP as plain values, time and chance."""

import io
import json
from pathlib import Path

import pytest

from ground.chance import SeededChance, SystemChance, draw_digits, draw_identifier, draw_token
from ground.clock import FileClock, FixedClock, SystemClock
from ground.wire import MAX_BODY_BYTES, MAX_FIELDS, BadRequest, Request, RequestReader, Response, send, single_values


def environment(body: bytes = b"", **changes: object) -> dict[str, object]:
    plain = {"REQUEST_METHOD": "POST", "PATH_INFO": "/x", "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
    return plain | changes


def request(**headers: str) -> Request:
    return Request("GET", "/", "", {name.replace("_", "-"): value for name, value in headers.items()}, b"", "127.0.0.1")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", {}),
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a=", {"a": ""}),
        ("a", {"a": ""}),
        ("a=%D0%B9+x", {"a": "й x"}),
        ("a=%zz", {"a": "%zz"}),
    ],
)
def test_parameters_are_single_values(text: str, values: dict[str, str]) -> None:
    assert single_values(text) == values


@pytest.mark.parametrize(
    "text", ["a=1&a=1", "a=%ff", "a=%ED%A0%80", "a=%00", "%00=a", "&".join(f"p{n}" for n in range(MAX_FIELDS + 1))]
)
def test_parameters_that_could_be_read_two_ways_are_refused(text: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        single_values(text)
    assert refusal.value.description.isascii()


@pytest.mark.parametrize(
    ("header", "credentials"),
    [
        ("Basic YTpi", ("a", "b")), ("basic YTpi", ("a", "b")), ("Basic YTpiOmM=", ("a", "b:c")),
        ("Basic YSUyRHg6YiUzQQ==", ("a-x", "b:")),
        ("Basic Og==", ("", "")), ("Basic YQ==", None), ("Basic !!", None), ("Basic", None), ("Basic /w==", None),
        ("Bearer YTpi", None), ("", None),
    ],
)  # fmt: skip
def test_basic_credentials_are_form_decoded(header: str, credentials: tuple[str, str] | None) -> None:
    assert request(authorization=header).basic_credentials == credentials


@pytest.mark.parametrize(
    ("header", "token"),
    [("Bearer t", "t"), ("bearer  t ", "t"), ("Bearer", None), ("Bearer ", None), ("Basic t", None), ("", None)],
)
def test_bearer_token_is_read(header: str, token: str | None) -> None:
    assert request(authorization=header).bearer_token == token


def test_body_is_read_up_to_the_limit() -> None:
    assert len(RequestReader()(environment(b"x" * MAX_BODY_BYTES)).body) == MAX_BODY_BYTES
    for declared in (str(MAX_BODY_BYTES + 1), "9" * 20):
        with pytest.raises(BadRequest) as refusal:
            RequestReader()(environment(b"x", CONTENT_LENGTH=declared))
        assert refusal.value.status == 413


def test_chunked_body_is_bounded_too() -> None:
    chunked = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    assert RequestReader()(environment(b"abc") | chunked).body == b"abc"
    with pytest.raises(BadRequest):
        RequestReader()(environment(b"x" * (MAX_BODY_BYTES + 1)) | chunked)


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "0x10", " "])
def test_length_that_is_no_number_is_refused(length: str) -> None:
    with pytest.raises(BadRequest, match="Content-Length"):
        RequestReader()(environment(CONTENT_LENGTH=length))


@pytest.mark.parametrize("kind", ["", "text/plain", "application/json", "multipart/form-data"])
def test_form_of_another_kind_is_refused(kind: str) -> None:
    with pytest.raises(BadRequest):
        _ = RequestReader()(environment(b"a=b", CONTENT_TYPE=kind)).form


def sent(response: Response) -> dict[str, str]:
    headers: dict[str, str] = {}
    send(response, lambda _status, pairs: headers.update(pairs))
    return headers


def test_answer_says_its_length_unless_it_speaks_of_another_body() -> None:
    assert sent(Response(200, (), b"abc"))["Content-Length"] == "3"
    assert sent(Response(200, (("Content-Length", "9"),)))["Content-Length"] == "9"
    assert "Content-Length" not in sent(Response(304))


def test_file_clock_follows_its_file_without_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = FileClock(file)
    assert abs(clock.now() - SystemClock().now()) <= 1
    for number, (setting, difference) in enumerate([({"offset_seconds": 3600}, 3600), ({"offset_seconds": -5}, -5)]):
        fresh = tmp_path / f"new-{number}"
        fresh.write_text(json.dumps(setting))
        fresh.rename(file)
        assert abs(clock.now() - SystemClock().now() - difference) <= 1
    fresh.write_text(json.dumps({"frozen_at": 1000}))
    fresh.rename(file)
    assert clock.now() == 1000
    file.unlink()
    assert abs(clock.now() - SystemClock().now()) <= 1


def test_every_process_sees_how_a_file_clock_was_moved(tmp_path: Path) -> None:
    mover, follower = FileClock(tmp_path / "clock"), FileClock(tmp_path / "clock")
    machine = SystemClock().now()
    mover.freeze(1000)
    assert (follower.now(), follower.is_frozen, follower.offset_seconds) == (1000, True, 0)
    mover.advance(60)
    assert (follower.now(), follower.is_frozen) == (1060, True)
    follower.run_from(machine + 3600)
    assert 0 <= mover.now() - machine - 3600 <= 5
    assert not mover.is_frozen
    mover.advance(-3600)
    assert abs(follower.offset_seconds) <= 5
    mover.follow_machine()
    assert (follower.is_frozen, follower.offset_seconds) == (False, 0)
    assert [path.name for path in tmp_path.iterdir()] == []


def test_moves_within_one_tick_of_the_file_system_are_all_seen(tmp_path: Path) -> None:
    """Inodes are used again and time stamps are coarse, so a third move could look like the first."""
    mover, follower = FileClock(tmp_path / "clock"), FileClock(tmp_path / "clock")
    for moment in range(500):
        mover.freeze(moment)
        assert follower.now() == moment


def test_fixed_clock_moves_only_when_it_is_moved() -> None:
    clock = FixedClock(5)
    clock.advance(10)
    assert clock.now() == 15


def test_draws_have_their_length_and_alphabet() -> None:
    for chance in (SystemChance(), SeededChance(b"s")):
        assert len(draw_token(chance, "x")) == 43
        assert draw_token(chance, "x") != draw_token(chance, "x")
        assert draw_identifier(chance, "x")[14] == "4"
        assert len(draw_digits(chance, "x", 6)) == 6
        assert len(chance.draw("x", 100)) == 100


def test_seeded_draws_of_one_purpose_do_not_move_those_of_another() -> None:
    one, other = SeededChance(b"s"), SeededChance(b"s")
    other.draw("something else", 16)
    assert one.draw("x", 16) == other.draw("x", 16)
    assert one.draw("x", 16) != SeededChance(b"t").draw("x", 16)
