using Google.Protobuf;
using Google.Protobuf.Reflection;
using Offerbook.Actors;
using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Fuzzer.Requests;

/// <summary>
/// Makes the request of a seed and an index, the same one every time. Most are calls that a master would take, a third of them then
/// spoiled; the rest reads, forms, and what is hardly HTTP.
/// </summary>
public sealed class RequestMaker(long seed, LiveStreams live)
{
    private static readonly (string Path, MessageDescriptor Call)[] Apis =
    [
        ("/api/v1/scheduler", Mesos.V1.Scheduler.Call.Descriptor),
        ("/api/v1", Mesos.V1.Master.Call.Descriptor),
        ("/offerbook/agent/v1", Wire.AgentProtocol.Call.Descriptor),
    ];

    /// <summary>Older endpoints that take JSON, with what.</summary>
    private static readonly (string Method, string Path, MessageDescriptor Body, bool IsList)[] Plain =
    [
        ("POST", "/quota", Mesos.V1.Quota.QuotaRequest.Descriptor, false),
        ("PUT", "/weights", Mesos.V1.WeightInfo.Descriptor, true),
        ("POST", "/maintenance/schedule", Mesos.V1.Maintenance.Schedule.Descriptor, false),
        ("POST", "/machine/down", Mesos.V1.MachineID.Descriptor, true),
        ("POST", "/machine/up", Mesos.V1.MachineID.Descriptor, true),
    ];

    public FuzzRequest Make(long index)
    {
        // Neighbouring indices must give streams that have nothing in common.
        var chance = new SeededRandom(new SeededRandom(unchecked((ulong)seed * 0xD1342543DE82EF95 + (ulong)index)).NextUInt64());
        var framing = new Framing(chance);
        var made = chance.Next(100) switch
        {
            < 60 => Call(chance, framing),
            < 68 => PlainCall(chance, framing),
            < 74 => Form(chance, framing),
            < 90 => new ReadRequests(chance, framing).Make(),
            _ => new BrokenRequests(chance).Make(),
        };
        return made with { Seed = seed, Index = index };
    }

    private FuzzRequest Call(SeededRandom chance, Framing framing)
    {
        var (path, descriptor) = Apis[chance.Next(Apis.Length)];
        if (chance.Chance(0.03))
        {
            descriptor = Apis[chance.Next(Apis.Length)].Call; // A call of another endpoint.
        }
        // Who is subscribed is left behind by others, torn down and cut off: new ones must come.
        var call = new MessageMaker(chance).Call(descriptor, often: path == "/api/v1" ? null : "SUBSCRIBE");
        var isRepaired = chance.Chance(0.85);
        if (isRepaired)
        {
            Repairs.Apply(call);
        }
        var isLive = isRepaired && chance.Chance(0.85) && new LiveNames(live, chance).Use(call);
        var format = chance.Chance(0.5) ? MessageFormat.Json : MessageFormat.Protobuf;
        var type = descriptor.FindFieldByName("type").Accessor.GetValue(call);
        var isWhole = isLive && chance.Chance(0.6);
        var body = isWhole ? MessageCodec.ToBytes(call, format) : Body(chance, call, format);
        var mediaType = isWhole ? MediaTypes.Of(format) : MediaType(chance, format);
        var content = new Content($"{path} {descriptor.FullName} {type} in {format}", "POST", path, body, mediaType);
        var streamOf = path == "/offerbook/agent/v1" ? "Offerbook-Stream-Id" : "Mesos-Stream-Id";
        return isWhole ? framing.FrameSoundly(content, streamOf) : framing.Frame(content, streamOf);
    }

    private static FuzzRequest PlainCall(SeededRandom chance, Framing framing)
    {
        var (method, path, descriptor, isList) = Plain[chance.Next(Plain.Length)];
        var message = new MessageMaker(chance).Message(descriptor);
        var json = Body(chance, message, MessageFormat.Json);
        byte[] body = isList && chance.Chance(0.9) ? [(byte)'[', .. json, (byte)']'] : json;
        return framing.Frame(
            new Content($"{method} {path}", chance.Chance(0.95) ? method : "PATCH", path, body, MediaType(chance, MessageFormat.Json)),
            null);
    }

    private static FuzzRequest Form(SeededRandom chance, Framing framing)
    {
        if (chance.Chance(0.1))
        {
            return framing.Frame(
                new Content("POST /teardown", "POST", "/teardown", Ascii($"frameworkId={Words.Framework(chance)}"), "text/plain"), null);
        }
        var path = Words.Any(chance, "/reserve", "/unreserve", "/create-volumes", "/destroy-volumes");
        var resources = System.Text.Encoding.UTF8.GetString(
            Body(chance, new MessageMaker(chance).Message(Mesos.V1.Resource.Descriptor), MessageFormat.Json));
        var field = path.EndsWith("volumes", StringComparison.Ordinal) ? "volumes" : "resources";
        var text = $"slaveId={Words.Agent(chance)}&{field}=[{Uri.EscapeDataString(resources)}]";
        var body = Ascii(text);
        return framing.Frame(
            new Content($"POST {path}", "POST", path, chance.Chance(0.3) ? new ByteMutations(chance).Spoil(body) : body,
                "application/x-www-form-urlencoded"), null);
    }

    private static byte[] Body(SeededRandom chance, IMessage message, MessageFormat format)
    {
        var bytes = MessageCodec.ToBytes(message, format);
        return chance.Chance(0.65) ? bytes
            : format == MessageFormat.Protobuf ? new ByteMutations(chance).Spoil(bytes)
            : new JsonMutations(chance).Spoil(bytes);
    }

    private static string MediaType(SeededRandom chance, MessageFormat format) =>
        chance.Chance(0.95) ? format == MessageFormat.Json ? "application/json" : "application/x-protobuf"
        : Words.Any(chance, "", "text/plain", "application/json; charset=utf-16", "application/JSON", "application/x-protobuf;a=b", "*/*",
            "application/recordio", ";;;");

    private static byte[] Ascii(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
