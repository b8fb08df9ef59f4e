using System.Diagnostics;

namespace Offerbook.Fuzzer.Watching;

/// <summary>
/// Asks /health again and again on a connection of its own. It says how long the web server takes; <see cref="Companion"/> says it of the
/// core.
/// </summary>
public sealed class HealthProbe(Uri master) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = master,
        Timeout = TimeSpan.FromSeconds(30) };

    public TimeSpan Longest { get; private set; }

    public long Count { get; private set; }

    /// <summary>The first wrong answer.</summary>
    public string? Fault { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval);
        while (!stop.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                using var answer = await _http.GetAsync("/health", stop);
                var took = Stopwatch.GetElapsedTime(began);
                Longest = took > Longest ? took : Longest;
                Count++;
                Fault ??= answer.IsSuccessStatusCode ? null : $"/health answered {(int)answer.StatusCode}";
                await timer.WaitForNextTickAsync(stop);
            }
            catch (HttpRequestException fault)
            {
                Fault ??= $"/health did not answer: {fault.Message}";
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (OperationCanceledException)
            {
                Fault ??= "/health did not answer within 30 s";
            }
        }
    }

    public void Dispose() => _http.Dispose();
}
