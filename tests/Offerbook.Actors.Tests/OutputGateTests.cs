namespace Offerbook.Actors.Tests;

[TestFixture]
internal sealed class OutputGateTests
{
    private sealed record Out(int Number) : IEffect;

    [Test]
    public void Effect_HeldBeforeAnyEvent_LeavesAtOnce()
    {
        var gate = new OutputGate(41);
        gate.Hold(new Out(1));
        Assert.That(gate.TryRelease(out var effect), Is.True);
        Assert.That(effect, Is.EqualTo(new Out(1)));
        Assert.That(gate.TryRelease(out _), Is.False);
    }

    [Test]
    public void Effects_LeaveInOrder_EachWhenTheEventsBeforeItAreFlushed()
    {
        var gate = new OutputGate(0);
        gate.Hold(new Out(1));
        Assert.That(gate.NextSequence(), Is.EqualTo(1));
        gate.Hold(new Out(2));
        Assert.That(gate.NextSequence(), Is.EqualTo(2));
        gate.Hold(new Out(3));

        Assert.That(Released(gate), Is.EqualTo(new[] { 1 }));
        gate.MarkFlushed(1);
        Assert.That(Released(gate), Is.EqualTo(new[] { 2 }));
        gate.MarkFlushed(2);
        Assert.That(Released(gate), Is.EqualTo(new[] { 3 }));
        Assert.That(gate.Waiting, Is.Zero);
    }

    [Test]
    public void Flush_OfWhatWasNeverAppendedOrGoingBack_IsABug()
    {
        var gate = new OutputGate(5);
        Assert.That(() => gate.MarkFlushed(6), Throws.TypeOf<InvariantViolationException>());
        Assert.That(() => gate.MarkFlushed(4), Throws.TypeOf<InvariantViolationException>());
    }

    private static List<int> Released(OutputGate gate)
    {
        var released = new List<int>();
        while (gate.TryRelease(out var effect))
        {
            released.Add(((Out)effect).Number);
        }
        return released;
    }
}
