using System.Net;
using Mesos.V1.Master;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Client.Operating;
using Offerbook.Coordination;
using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Client.Hosting;

/// <summary>
/// What a tool asks of the master: the read endpoints and the operator calls. Goes from standbys to the leader by itself.
/// </summary>
public sealed class OperatorClient : IDisposable
{
    private const int MaxRedirects = 3;

    private readonly MasterFinder _masters;
    private readonly StreamingClient _calls;
    private readonly HttpClient _reads;

    /// <param name="masters">Tried in turn until one answers.</param>
    /// <param name="detector">Names the leader, in place of the list; stays the caller's.</param>
    public OperatorClient(IReadOnlyList<Uri> masters, StreamingClientOptions? http = null, ILeaderDetector? detector = null)
    {
        http ??= StreamingClientOptions.Default;
        _masters = new MasterFinder(masters, detector);
        _calls = new StreamingClient(http);
        _reads = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectTimeout = http.ConnectTimeout,
            UseCookies = false,
            UseProxy = false,
        })
        {
            Timeout = http.AnswerTimeout,
            MaxResponseContentBufferSize = http.MaxAnswerBytes,
        };
        _reads.DefaultRequestHeaders.Authorization = http.Credential?.Header;
    }

    public Task<OperatorAnswer<JObject>> GetStateAsync(CancellationToken cancellation = default) => GetAsync("/state", cancellation);

    public Task<OperatorAnswer<JObject>> GetSlavesAsync(CancellationToken cancellation = default) => GetAsync("/slaves", cancellation);

    /// <param name="limit">At most so many tasks, the newest first.</param>
    public Task<OperatorAnswer<JObject>> GetTasksAsync(int limit = 100, CancellationToken cancellation = default) =>
        GetAsync($"/tasks?limit={limit}", cancellation);

    /// <summary>GETs a read endpoint that answers with a JSON object.</summary>
    /// <param name="path">With its query, from the leading slash on.</param>
    public async Task<OperatorAnswer<JObject>> GetAsync(string path, CancellationToken cancellation = default)
    {
        var answer = await FindLeaderAsync(master => ReadAsync(new Uri(master, path), cancellation), cancellation);
        if (!answer.IsSuccess)
        {
            return new OperatorAnswer<JObject>(null, answer.Status, answer.Reason);
        }
        try
        {
            using var reader = new JsonTextReader(
                new StreamReader(new MemoryStream(answer.Body.ToArray()))) { DateParseHandling = DateParseHandling.None };
            return new OperatorAnswer<JObject>(await JObject.LoadAsync(reader, cancellation), answer.Status, null);
        }
        catch (JsonException fault)
        {
            return new OperatorAnswer<JObject>(null, answer.Status, $"{path} did not answer with JSON: {fault.Message}");
        }
    }

    /// <summary>POSTs an operator call. A call without a result (202, or 200 without a body) gives an empty response.</summary>
    public async Task<OperatorAnswer<Response>> CallAsync(Call call, CancellationToken cancellation = default)
    {
        var answer = await FindLeaderAsync(master =>
            _calls.PostAsync(new Uri(master, "/api/v1"), call, MessageFormat.Protobuf, null, cancellation), cancellation);
        if (!answer.IsSuccess)
        {
            return new OperatorAnswer<Response>(null, answer.Status, answer.Reason);
        }
        if (answer.Body.IsEmpty)
        {
            return new OperatorAnswer<Response>(new Response(), answer.Status, null);
        }
        return answer.Read<Response>(MessageFormat.Protobuf).TryGet(out var response, out var error)
            ? new OperatorAnswer<Response>(response, answer.Status, null)
            : new OperatorAnswer<Response>(null, answer.Status, error.Detail);
    }

    public void Dispose()
    {
        _calls.Dispose();
        _reads.Dispose();
    }

    private async Task<CallAnswer> FindLeaderAsync(Func<Uri, Task<CallAnswer>> ask, CancellationToken cancellation)
    {
        var redirects = 0;
        for (var failures = 0; ;)
        {
            var master = await _masters.NextAsync(cancellation);
            var answer = await ask(master);
            if (answer is { Status: 307, Redirect: { } leader } && redirects++ < MaxRedirects)
            {
                _masters.Redirected(leader);
                continue;
            }
            if (answer.Status is >= 200 and < 500 and not 307)
            {
                return answer;
            }
            _masters.Failed(master);
            if (++failures >= _masters.Count)
            {
                return answer;
            }
        }
    }

    private async Task<CallAnswer> ReadAsync(Uri address, CancellationToken cancellation)
    {
        try
        {
            using var response = await _reads.GetAsync(address, cancellation);
            var redirect = response.Headers.Location is { } location ? new Uri(address, location) : null;
            return new CallAnswer((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellation), redirect, null);
        }
        catch (Exception fault)
            when (fault is HttpRequestException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return new CallAnswer(null, default, null, $"No answer came from {address}: {fault.Message}");
        }
    }
}
