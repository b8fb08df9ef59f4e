using System.Globalization;
using System.Text;
using Newtonsoft.Json.Linq;

namespace Offerbook.Cluster.Tests.Harness;

/// <summary>A framework written by hand: reads its stream event by event and makes calls.</summary>
internal sealed class SchedulerStream : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly MasterAndAgent _pair;
    private readonly HttpResponseMessage _response;
    private readonly Stream _stream;
    private JToken _framework = null!;

    private SchedulerStream(MasterAndAgent pair, HttpResponseMessage response, Stream stream) =>
        (_pair, _response, _stream) = (pair, response, stream);

    public static async Task<SchedulerStream> OpenAsync(MasterAndAgent pair, HttpResponseMessage response)
    {
        var scheduler = new SchedulerStream(pair, response, await response.Content.ReadAsStreamAsync());
        scheduler._framework = (await scheduler.NextAsync("SUBSCRIBED"))["subscribed"]!["framework_id"]!;
        return scheduler;
    }

    public JToken FrameworkId => _framework.DeepClone();

    public async Task<JToken> NextOfferAsync() => (await NextAsync("OFFERS"))["offers"]!["offers"]![0]!;

    /// <summary>The next event of a type; others are passed over.</summary>
    public async Task<JToken> NextAsync(string type)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            JToken next;
            try
            {
                next = JToken.Parse(Encoding.UTF8.GetString(await ReadRecordAsync(limit.Token)));
            }
            catch (OperationCanceledException)
            {
                throw new AssertionException($"no {type} came within {Patience.TotalSeconds:0} s\n{_pair.Describe()}");
            }
            if ((string?)next["type"] == type)
            {
                return next;
            }
        }
    }

    public Task CallAsync(JObject call)
    {
        call["framework_id"] = _framework.DeepClone();
        var request = _pair.Request("/api/v1/scheduler", call);
        request.Headers.Add("Mesos-Stream-Id", _response.Headers.GetValues("Mesos-Stream-Id").Single());
        return _pair.SendAsync(request);
    }

    public void Dispose() => _response.Dispose();

    private async Task<byte[]> ReadRecordAsync(CancellationToken cancellation)
    {
        var length = new StringBuilder();
        var one = new byte[1];
        while (true)
        {
            await _stream.ReadExactlyAsync(one, cancellation);
            if (one[0] == '\n')
            {
                break;
            }
            length.Append((char)one[0]);
        }
        var record = new byte[int.Parse(length.ToString(), CultureInfo.InvariantCulture)];
        await _stream.ReadExactlyAsync(record, cancellation);
        return record;
    }
}
