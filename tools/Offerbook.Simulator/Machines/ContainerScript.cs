using System.Globalization;

namespace Offerbook.Simulator.Machines;

/// <summary>
/// What a simulated container does, written as its command line, so that apps and jobs carry it through the whole system:
/// <c>sim serve [ready=SECONDS] [life=SECONDS] [exit=CODE] [flaky=CHANCE] [stubborn] [sick]</c>, or <c>sim executor [stubborn]</c>. Without
/// <c>life</c> it runs until it is killed.
/// Anything else is run as <c>sim serve</c>.
/// </summary>
/// <param name="Ready">Health checks fail before this.</param>
/// <param name="Life">Exits by itself after this; null: never.</param>
/// <param name="ExitCode">Of an exit by itself.</param>
/// <param name="Stubborn">Ignores SIGTERM.</param>
/// <param name="Sick">Health checks always fail.</param>
public sealed record ContainerScript(TimeSpan Ready, TimeSpan? Life, int ExitCode, bool Stubborn, bool Sick)
{
    /// <summary>It speaks the executor API and runs tasks itself: see <see cref="SimExecutor"/>.</summary>
    public bool IsExecutor { get; init; }

    /// <summary>Chance that an exit by itself is one with status 1 instead.</summary>
    public double Flaky { get; init; }

    public static ContainerScript Parse(string line)
    {
        var script = new ContainerScript(TimeSpan.Zero, null, 0, false, false);
        foreach (var word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = word.IndexOf('=') is var at and >= 0 ? (word[..at], word[(at + 1)..]) : (word, "");
            script = key switch
            {
                "ready" => script with { Ready = Seconds(value) },
                "life" => script with { Life = Seconds(value) },
                "exit" => script with { ExitCode = int.Parse(value, CultureInfo.InvariantCulture) },
                "flaky" => script with { Flaky = double.Parse(value, CultureInfo.InvariantCulture) },
                "stubborn" => script with { Stubborn = true },
                "sick" => script with { Sick = true },
                "executor" => script with { IsExecutor = true },
                _ => script,
            };
        }
        return script;
    }

    private static TimeSpan Seconds(string value) => TimeSpan.FromSeconds(double.Parse(value, CultureInfo.InvariantCulture));
}
