namespace Offerbook.Actors.Tests;

public sealed class InvariantTests
{
    private int _asked;

    [Test]
    public void Check_ThatHolds_MakesUpNoText()
    {
        Invariant.Check(_asked == 0, $"asked {Ask()} times");
        Assert.That(_asked, Is.Zero);
    }

    [Test]
    public void Check_ThatDoesNotHold_SaysWhat()
    {
        string? who = null;
        Assert.That(() => Invariant.Check(_asked > 0, $"asked {Ask()} times by {who ?? "nobody"}, {1.5:0.00}" + $" {TimeSpan.Zero}"),
            Throws.TypeOf<InvariantViolationException>().With.Message.EqualTo("Invariant violated: asked 1 times by nobody, 1.50 00:00:00"));
    }

    private int Ask() => ++_asked;
}
