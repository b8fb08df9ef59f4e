using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Converters;
using Newtonsoft.Json.Serialization;
using Offerbook.Storage;

namespace Offerbook.Batch.Events;

/// <summary>Events and snapshots as bytes: JSON, with the kind and its version as the manifest.</summary>
public static class BatchJournal
{
    private const string SnapshotManifest = "BatchSnapshot/1";

    private static readonly JsonSerializerSettings Settings = new()
    {
        ContractResolver = new CamelCasePropertyNamesContractResolver(),
        Converters = { new StringEnumConverter(new CamelCaseNamingStrategy()) },
        NullValueHandling = NullValueHandling.Ignore,
        DateParseHandling = DateParseHandling.DateTimeOffset,
        MaxDepth = 16,
    };

    private static readonly (string Manifest, Type Type)[] Kinds =
    [
        ("FrameworkRegistered/1", typeof(BatchEvent.FrameworkRegistered)),
        ("JobAdded/1", typeof(BatchEvent.JobAdded)),
        ("RunsLaunched/1", typeof(BatchEvent.RunsLaunched)),
        ("RunStarted/1", typeof(BatchEvent.RunStarted)),
        ("RunUnreachable/1", typeof(BatchEvent.RunUnreachable)),
        ("AttemptEnded/1", typeof(BatchEvent.AttemptEnded)),
        ("JobStopRequested/1", typeof(BatchEvent.JobStopRequested)),
    ];

    public static JournalRecord Write(BatchEvent @event) => new(
        Array.Find(Kinds, kind => kind.Type == @event.GetType()).Manifest,
        Encoding.UTF8.GetBytes(JsonConvert.SerializeObject(@event, Settings)));

    /// <exception cref="JournalUnavailableException">The event is of a kind or form that this program does not know.</exception>
    public static BatchEvent Read(JournalRecord record)
    {
        var type = Array.Find(Kinds, kind => kind.Manifest == record.Manifest).Type;
        return type is null ? throw Unknown(record.Manifest) : (BatchEvent)Parse(record, type);
    }

    public static JournalRecord Write(BatchSnapshot snapshot) =>
        new(SnapshotManifest, Encoding.UTF8.GetBytes(JsonConvert.SerializeObject(snapshot, Settings)));

    /// <exception cref="JournalUnavailableException">The snapshot is of a kind or form that this program does not know.</exception>
    public static BatchSnapshot ReadSnapshot(JournalRecord record) =>
        record.Manifest == SnapshotManifest ? (BatchSnapshot)Parse(record, typeof(BatchSnapshot)) : throw Unknown(record.Manifest);

    private static object Parse(JournalRecord record, Type type)
    {
        try
        {
            return JsonConvert.DeserializeObject(Encoding.UTF8.GetString(record.Payload.Span), type, Settings)
                ?? throw Unknown(record.Manifest);
        }
        catch (JsonException failure)
        {
            throw new JournalUnavailableException($"Batch cannot read a {record.Manifest} of its journal: {failure.Message}", failure);
        }
    }

    private static JournalUnavailableException Unknown(string manifest) =>
        new($"Batch does not know the journal entry '{manifest}': a newer program wrote it. Start that one instead.");
}
