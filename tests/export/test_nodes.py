"""What the pieces of generated code need imported."""

from asgilab.export._nodes import Call, Code, needs_of

UUID = Code("IsUUID(4)", (("dirty_equals", "IsUUID"),))


def test_what_code_needs_is_found_wherever_it_stands_in_a_payload() -> None:
    unordered = Call(
        "IsList", (("", {"id": UUID}), ("check_order", False)), (("a", "b"),)
    )
    payload = {"list": [1, (unordered, "text")], "plain": None}
    assert list(needs_of(payload)) == [("a", "b"), ("dirty_equals", "IsUUID")]


def test_a_plain_payload_needs_nothing() -> None:
    assert list(needs_of({"a": [1, "import os", b"x"]})) == []
