using Microsoft.Extensions.Logging;

namespace Offerbook.Cli.Parts;

/// <summary>Runs one part in the foreground until it is told to stop, or dies.</summary>
internal static class PartRun
{
    /// <param name="logging">What is logged where; by default warnings on the console.</param>
    public static async Task<int> RunAsync<T>(string name, string directoryFlag, Func<ILoggerFactory, Task<T>> start,
        Func<T, (Uri Address, Task Completion)> look, CancellationToken cancellation,
        Action<ILoggingBuilder>? logging = null) where T : class, IAsyncDisposable
    {
        using var logs = LoggerFactory.Create(logging
            ?? (console => console.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(lines => lines.SingleLine = true)));
        var part = await StartError.ExplainAsync(directoryFlag, () => start(logs));
        await using (part)
        {
            var (address, completion) = look(part);
            Console.Out.WriteLine($"{name} ready on {address.GetLeftPart(UriPartial.Authority)}");
            try
            {
                await completion.WaitAsync(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                Console.Out.WriteLine($"{name} stops");
            }
        }
        return ExitCode.Success;
    }
}
