using System.Text.Json;
using Offerbook.Agent.Hosting.Docker;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>What is waited for is never told in time here, unless a test tells it: a wait that ends by itself would take an hour.</summary>
public sealed class KillReasonTests
{
    private KillReason _reason = null!;

    [SetUp]
    public void Begin() => _reason = new KillReason(TimeSpan.FromHours(1));

    [Test]
    public async Task AKillThatNobodyAccountsFor_WaitsUntilItIsTold()
    {
        var completing = _reason.CompleteAsync(Ended(137), null, CancellationToken.None);
        Assert.That(completing.IsCompleted, Is.False);

        _reason.TellOutOfMemory();

        Assert.That((await completing).OutOfMemory);
    }

    [Test]
    public async Task WhatWasToldBefore_HoldsForAnyCode([Values(0, 1, 137)] int code)
    {
        _reason.TellOutOfMemory();

        Assert.That((await _reason.CompleteAsync(Ended(code), null, CancellationToken.None)).OutOfMemory);
    }

    [TestCase("SIGKILL")]
    [TestCase("KILL")]
    [TestCase("9")]
    public void AKillByTheAgent_WaitsForNothing(string signal)
    {
        _reason.Sent(signal);
        _reason.Sent("SIGTERM");

        Assert.That(_reason.CompleteAsync(Ended(137), null, CancellationToken.None).IsCompletedSuccessfully);
    }

    [Test]
    public void AnotherSignal_DoesNotAccountForAKill()
    {
        _reason.Sent("SIGTERM");

        Assert.That(_reason.CompleteAsync(Ended(137), null, CancellationToken.None).IsCompleted, Is.False);
    }

    [Test]
    public void AnotherEnd_WaitsForNothing([Values(0, 1, 143)] int code) =>
        Assert.That(_reason.CompleteAsync(Ended(code), null, CancellationToken.None).IsCompletedSuccessfully);

    [Test]
    public async Task AnEndLongAgo_WaitsForNothing() =>
        Assert.That((await _reason.CompleteAsync(Ended(137), DateTimeOffset.UnixEpoch, CancellationToken.None)).OutOfMemory, Is.False);

    [Test]
    public async Task AnEndInTheFuture_WaitsNoLongerThanAnyOther() => Assert.That(
        (await new KillReason(TimeSpan.Zero).CompleteAsync(Ended(137), DateTimeOffset.MaxValue.AddYears(-1), CancellationToken.None))
            .OutOfMemory, Is.False);

    [Test]
    public void AnAgentThatStops_LeavesItOpen()
    {
        using var stopping = new CancellationTokenSource();
        var completing = _reason.CompleteAsync(Ended(137), null, stopping.Token);

        stopping.Cancel();

        Assert.That(async () => await completing, Throws.InstanceOf<OperationCanceledException>());
    }

    private static EngineState Ended(int code)
    {
        using var answer = JsonDocument.Parse(
            $$$"""{"Id":"e1","State":{"Status":"exited","ExitCode":{{{code}}},"OOMKilled":false}}""");
        return EngineState.Parse(answer.RootElement)!;
    }
}
