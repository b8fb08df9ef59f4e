using Offerbook.Fuzzer.Requests;
using Offerbook.Fuzzer.Running;
using Offerbook.Master.Http;
using Offerbook.Master.Tests.Http;

namespace Offerbook.Master.Tests.Fuzzing;

/// <summary>A short run of the fuzzer against a real master over loopback; tools/fuzz runs longer ones.</summary>
internal sealed class FuzzTests
{
    /// <summary>Generous: a machine that builds at the same time must not make the test fail. A loop that is held for good does.</summary>
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(10);

    [TestCase(1)]
    [TestCase(2)]
    public async Task Master_UnderFuzzedRequests_AnswersAllAndServesOthersMeanwhile(long seed)
    {
        await using var master = await MasterFixture.StartAsync();
        var output = Path.Combine(master.Directory, "fuzz-failures");

        var report = await FuzzRun.RunAsync(new FuzzOptions(master.Host.Address)
        {
            Seed = seed, Count = 1_000, Length = TimeSpan.FromSeconds(30), StallLimit = StallLimit, Output = output, Workers = 16,
            // The heap is that of all tests.
            Settle = TimeSpan.FromSeconds(10), Idle = TimeSpan.Zero,
        });

        TestContext.Out.WriteLine($"{report.Requests} requests; {string.Join("; ", report.Figures)}; {string.Join(", ", report.Statuses)}");
        Assert.That(report.Faults, Is.Empty);
        Assert.That(report.Requests, Is.GreaterThan(200));
        Assert.That(report.Statuses.Keys, Is.SupersetOf(new[] { 200, 202, 400, 404, 405 }), "requests reach what is behind the checks");
    }

    [Test]
    public void Requests_OfOneSeed_AreTheSameEveryTime()
    {
        var one = new RequestMaker(7, new LiveStreams());
        var other = new RequestMaker(7, new LiveStreams());
        for (var index = 0; index < 500; index++)
        {
            Assert.That(other.Make(index).Bytes, Is.EqualTo(one.Make(index).Bytes));
        }
        Assert.That(new RequestMaker(8, new LiveStreams()).Make(0).Bytes, Is.Not.EqualTo(one.Make(0).Bytes));
    }

    [Test]
    public void Requests_AimAtEveryRouteOfTheMaster() => Assert.That(MasterRouter.Paths, Is.SubsetOf(Words.Routes));
}
