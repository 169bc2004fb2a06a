import pytest
import torch
from sklearn import metrics

from viz_models.training.loop.evaluation import WORST, judged


@pytest.fixture
def answers():
    generator = torch.Generator().manual_seed(0)
    targets = torch.randint(4, (300,), generator=generator)
    logits = torch.randn(300, 5, generator=generator)  # class 4 never occurs
    logits[range(300), targets] += 1.5
    logits[:, 3] -= 20  # and 3 is never guessed
    return logits, targets


def test_numbers_are_scikit_learns(answers):
    logits, targets = answers
    found, guesses = judged(logits, targets), logits.argmax(1)
    assert found.accuracy == pytest.approx(metrics.accuracy_score(targets, guesses))
    loss = metrics.log_loss(targets, logits.double().softmax(1), labels=range(5))
    assert found.loss == pytest.approx(loss, rel=1e-4)
    report = metrics.classification_report(
        targets, guesses, labels=range(5), output_dict=True, zero_division=0.0
    )
    for i in range(3):
        expected = [report[str(i)][key] for key in ("precision", "recall", "f1-score")]
        assert [found.precision[i], found.recall[i], found.f1[i]] == pytest.approx(expected)
    assert (found.precision[3], found.recall[3], found.f1[3]) == (None, 0, 0)  # never guessed


def test_a_class_without_example_has_no_metric(answers):
    logits, targets = answers
    assert (logits.argmax(1) == 4).any()  # some are taken for it
    found = judged(logits, targets)
    assert (found.precision[4], found.recall[4], found.f1[4]) == (None, None, None)


def test_confusion_counts_every_example_once(answers):
    logits, targets = answers
    table = torch.tensor(judged(logits, targets).confusion)
    assert table.shape == (5, 5)
    assert table.sum() == 300
    assert table.sum(1).tolist() == targets.bincount(minlength=5).tolist()
    assert table.sum(0).tolist() == logits.argmax(1).bincount(minlength=5).tolist()
    assert type(judged(logits, targets).confusion[0][0]) is int  # JSON can hold it


def test_worst_are_the_surest_mistakes(answers):
    logits, targets = answers
    worst = judged(logits, targets).worst
    wrong = (logits.argmax(1) != targets).sum().item()
    assert len(worst) == min(WORST, wrong)
    chances = [w.probability for w in worst]
    assert chances == sorted(chances, reverse=True)
    for w in worst:
        assert w.target == targets[w.index] != w.guess == logits[w.index].argmax()
        assert w.probability == pytest.approx(logits[w.index].softmax(0)[w.guess].item())
    left = logits.softmax(1).max(1).values[logits.argmax(1) != targets].sort(descending=True)
    assert chances == pytest.approx(left.values[:WORST].tolist())


def test_nothing_wrong():
    assert judged(torch.eye(3) * 9, torch.arange(3)).worst == ()
