namespace Offerbook.Actors.Tests;

public sealed class InvariantTests
{
    [Test]
    public void Check_ThatHolds_MakesUpNoText()
    {
        var asked = 0;
        Invariant.Check(true, $"asked {++asked} times");
        Assert.That(asked, Is.Zero);
    }

    [Test]
    public void Check_ThatDoesNotHold_SaysWhat()
    {
        string? who = null;
        var asked = 0;
        Assert.That(() => Invariant.Check(false, $"asked {++asked} times by {who ?? "nobody"}, {1.5:0.00}" + $" {TimeSpan.Zero}"),
            Throws.TypeOf<InvariantViolationException>()
                .With.Message.EqualTo("Invariant violated: asked 1 times by nobody, 1.50 00:00:00"));
    }
}
