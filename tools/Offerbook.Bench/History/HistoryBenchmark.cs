using System.Diagnostics;
using Offerbook.Actors;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Load;
using Offerbook.Master.Hosting.History;
using Offerbook.Master.Offers;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Bench.History;

/// <summary>The offer book with a great past: how fast it is written, how large it is, how long questions take.</summary>
public sealed class HistoryBenchmark : IBenchmark
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UtcNow.AddDays(-1);

    private static readonly ResourceBag Resources = ResourceBag.Parse("cpus:16;mem:65536;disk:1000000;ports:[31000-32000]")
        .Allocate("role-0");

    public string Name => "history";

    public string Summary => "past offers in SQLite: writing, size, and questions by agent, framework, role and time";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("rows", "1000000", "past offers"),
        new("agents", "10000", "agents whose offers they were"),
        new("frameworks", "100", "frameworks that got them, in 20 roles"),
        new("queries", "200", "questions of each kind"),
    ];

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        var directory = Directory.CreateTempSubdirectory("offerbook-bench-").FullName;
        try
        {
            var path = Path.Combine(directory, "offers.db");
            var rows = run.Int("rows");
            await using var writer = BookWriter.Open(path, new OfferBookOptions { MaxOffers = rows }, TimeProvider.System, run.Progress);
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < rows; i++)
            {
                writer.Add(new BookEntry.Over(Make(run, i)));
                if (i % 20_000 == 0)
                {
                    await writer.CatchUpAsync();
                }
            }
            await writer.CatchUpAsync();
            run.Report("written", rows / Stopwatch.GetElapsedTime(began).TotalSeconds, "rows/s", $"{writer.Dropped} dropped");
            run.Report("size", new DirectoryInfo(directory).GetFiles().Sum(file => file.Length) / (double)rows, "bytes/row",
                "indexes included");
            began = Stopwatch.GetTimestamp();
            for (var i = 0; i < 20_000; i++)
            {
                writer.Add(new BookEntry.Over(Make(run, rows + i)));
            }
            await writer.CatchUpAsync();
            run.Report("written_when_full", 20_000 / Stopwatch.GetElapsedTime(began).TotalSeconds, "rows/s",
                "each batch deletes as many old rows");

            var middle = Start.AddSeconds(rows * 0.04);
            Ask("newest", _ => new OfferQuery());
            Ask("agent", i => new OfferQuery { Agent = $"agent-{i * 37 % run.Int("agents")}" });
            Ask("framework", i => new OfferQuery { Framework = $"framework-{i % run.Int("frameworks")}" });
            Ask("role", i => new OfferQuery { Role = $"role-{i % 20}" });
            Ask("five_minutes", i => new OfferQuery { From = middle.AddSeconds(i * 60), Until = middle.AddSeconds(i * 60 + 300) });
            Ask("agent_in_five_minutes",
                i => new OfferQuery { Agent = $"agent-{i * 37 % run.Int("agents")}", From = middle, Until = middle.AddSeconds(300) });
            Ask("framework_and_agent",
                i => new OfferQuery { Agent = $"agent-{i % run.Int("agents")}", Framework = $"framework-{i % run.Int("frameworks")}" });
            Ask("rare_outcome", _ => new OfferQuery { Outcome = OfferOutcome.TimedOut });
            Ask("rare_outcome_of_role", i => new OfferQuery { Outcome = OfferOutcome.TimedOut, Role = $"role-{i % 20}" });

            void Ask(string what, Func<int, OfferQuery> query)
            {
                run.Progress(what);
                var times = new Latencies();
                var found = 0L;
                for (var i = 0; i < run.Int("queries"); i++)
                {
                    var asked = Stopwatch.GetTimestamp();
                    found += BookReader.Offers(path, query(i), OfferQuery.DefaultLimit).Count;
                    times.Add(Stopwatch.GetElapsedTime(asked));
                }
                times.Report(run, what, $"a page of up to {OfferQuery.DefaultLimit}; {found / run.Int("queries")} rows on average");
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>An offer every 80 ms, held for a second; one in a thousand for half an hour, one in ten thousand timed out.</summary>
    private static OfferEnded Make(BenchRun run, int i)
    {
        var ended = TimeSpan.FromSeconds(i * 0.08);
        var held = TimeSpan.FromSeconds(i % 1_000 == 0 ? 1_800 : 1);
        // Multiplied by an odd number, so that agents and frameworks do not go hand in hand.
        var (agent, framework) = ((int)(i * 2_654_435_761L % run.Int("agents")), i % run.Int("frameworks"));
        var made = new OfferMade(new OfferId($"6a204bd5-9d0f-4d1f-9f5c-3f6a3b7c1e11-O{i}"), new FrameworkId($"framework-{framework}"),
            $"name-{framework}",
            new AgentId($"agent-{agent}"), $"host-{agent}", $"role-{framework % 20}", Resources,
            new Now(ended - held, Start + ended - held));
        return new OfferEnded(made, i % 10_000 == 0 ? OfferEnd.TimedOut : OfferEnd.Declined, new Now(ended, Start + ended),
            TimeSpan.FromSeconds(5), [],
            ResourceQuantities.Empty, null);
    }
}
