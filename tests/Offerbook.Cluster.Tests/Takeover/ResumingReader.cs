using System.Collections.Concurrent;
using System.Globalization;

namespace Offerbook.Cluster.Tests.Takeover;

/// <summary>
/// A client of the event stream that goes on after its last event whenever the stream ends, at whichever instance answers.
/// </summary>
internal sealed class ResumingReader : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<(long Id, string Type)> _read = new();
    private readonly Task _reading;
    private int _streams;

    public ResumingReader(IReadOnlyList<string> urls) => _reading = Task.Run(() => ReadAsync(urls));

    public IReadOnlyCollection<(long Id, string Type)> Read => _read;

    /// <summary>Streams opened so far.</summary>
    public int Streams => Volatile.Read(ref _streams);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _reading;
        _http.Dispose();
    }

    private async Task ReadAsync(IReadOnlyList<string> urls)
    {
        using var pace = new PeriodicTimer(Pace);
        for (var turn = 0; !_stopping.IsCancellationRequested; turn++)
        {
            try
            {
                await FollowAsync(new Uri(urls[turn % urls.Count] + "/v2/events"));
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException or OperationCanceledException)
            {
                // It ended, as it does when leaders change.
            }
            try
            {
                await pace.WaitForNextTickAsync(_stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task FollowAsync(Uri address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        if (_read.LastOrDefault() is { Id: > 0 } last)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", last.Id.ToString(CultureInfo.InvariantCulture));
        }
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _stopping.Token);
        if (response.Headers.Location is { } leader)
        {
            await FollowAsync(leader);
            return;
        }
        if (!response.IsSuccessStatusCode)
        {
            return;
        }
        Interlocked.Increment(ref _streams);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(_stopping.Token));
        var (id, type) = (0L, "");
        while (await lines.ReadLineAsync(_stopping.Token) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = long.Parse(line.AsSpan(4), CultureInfo.InvariantCulture);
            }
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                type = line[7..];
            }
            else if (line.Length == 0 && type.Length > 0)
            {
                _read.Enqueue((id, type));
                type = "";
            }
        }
    }
}
