"""Distance and verdict of fingerprints."""

import pytest
from commonswatch.domain.fingerprints import PDQ_THRESHOLD, Fingerprint, Verdict, distance, verdict


def pdq(flipped: int = 0, quality: int = 100) -> Fingerprint:
    """A PDQ fingerprint with ``flipped`` of its bits set."""
    return Fingerprint("pdq", "original", ((1 << flipped) - 1).to_bytes(32), quality)


def test_distance_counts_differing_bits() -> None:
    assert distance(pdq(), pdq(17)) == 17
    assert distance(pdq(3), pdq(256)) == 253


def test_the_threshold_itself_is_near_and_one_more_is_not() -> None:
    assert verdict(pdq(), pdq(PDQ_THRESHOLD)) is Verdict.NEAR
    assert verdict(pdq(), pdq(PDQ_THRESHOLD + 1)) is Verdict.NONE
    assert verdict(pdq(5), pdq(5)) is Verdict.EXACT


@pytest.mark.parametrize("side", [0, 1])
def test_a_featureless_picture_matches_nothing_on_either_side(side: int) -> None:
    pair = [pdq(), pdq()]
    pair[side] = pdq(quality=49)
    assert verdict(*pair) is Verdict.NONE


def test_digests_are_equal_or_say_nothing() -> None:
    one, other = (Fingerprint("sha256", "original", bytes([31] * 31 + [last])) for last in (0, 1))
    assert verdict(one, one) is Verdict.EXACT
    assert verdict(one, other) is Verdict.NONE


def test_fingerprints_of_different_algorithms_have_no_distance() -> None:
    digest = Fingerprint("sha256", "original", bytes(32))
    assert verdict(pdq(), digest) is Verdict.NONE
    with pytest.raises(ValueError, match="different algorithms"):
        distance(pdq(), digest)


def test_a_fingerprint_of_the_wrong_size_or_without_its_quality_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Fingerprint("pdq", "original", bytes(31), 100)
    with pytest.raises(ValueError, match="quality"):
        Fingerprint("pdq", "original", bytes(32))
    with pytest.raises(ValueError, match="quality"):
        Fingerprint("md5", "original", bytes(16), 100)
