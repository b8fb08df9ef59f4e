using System.Globalization;
using System.Text.Json;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>What an engine says of a container (inspect).</summary>
/// <param name="Status">The engine's word: created, running, paused, restarting, removing, exited, dead.</param>
/// <param name="Execs">What else runs in it: checks and sessions.</param>
/// <param name="FinishedAt">Null when it has not ended, or the engine does not say.</param>
internal sealed record EngineState(
    string EngineId, string Status, int Pid, int ExitCode, bool OutOfMemory, string? Error, DateTimeOffset? FinishedAt,
    IReadOnlyList<string> Addresses, string StopSignal, bool HasTerminal, IReadOnlyList<string> Execs)
{
    public bool IsCreated => Status == "created";

    public bool IsAlive => Status is "running" or "paused" or "restarting";

    /// <returns>Null when it is not an answer about a container.</returns>
    public static EngineState? Parse(JsonElement body)
    {
        if (body.Text("Id") is not { Length: > 0 } id || body.Text("State", "Status") is not { } status)
        {
            return null;
        }
        return new EngineState(
            id, status, (int)(body.Number("State", "Pid") ?? 0), (int)(body.Number("State", "ExitCode") ?? 0),
            body.IsTrue("State", "OOMKilled"),
            body.Text("State", "Error"), Time(body.Text("State", "FinishedAt")), [.. AddressesOf(body)],
            body.Text("Config", "StopSignal") is { Length: > 0 } signal ? signal : "SIGTERM", body.IsTrue("Config", "Tty"),
            [.. (body.At("ExecIDs")?.Items() ?? []).Select(exec => exec.ValueKind == JsonValueKind.String
                ? exec.GetString()! : "").Where(exec => exec.Length > 0)]);
    }

    /// <summary>In the networks that give it addresses of its own.</summary>
    private static IEnumerable<string> AddressesOf(JsonElement body)
    {
        if (body.At("NetworkSettings", "Networks") is not { ValueKind: JsonValueKind.Object } networks)
        {
            yield break;
        }
        foreach (var network in networks.EnumerateObject())
        {
            foreach (var name in (string[])["IPAddress", "GlobalIPv6Address"])
            {
                if (network.Value.Text(name) is { Length: > 0 } address)
                {
                    yield return address;
                }
            }
        }
    }

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time.Year > 1
            ? time : null;
}
