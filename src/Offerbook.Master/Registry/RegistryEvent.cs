using Google.Protobuf;
using Offerbook.Storage;
using Offerbook.Wire.Registry;

namespace Offerbook.Master.Registry;

/// <summary>How registry events look in the journal: the manifest names the message and its version, the payload is protobuf.</summary>
internal static class RegistryEvent
{
    private static readonly Dictionary<string, MessageParser> Parsers = new()
    {
        ["MasterStarted/1"] = MasterStarted.Parser,
        ["FrameworkSubscribed/1"] = FrameworkSubscribed.Parser,
        ["FrameworkDisconnected/1"] = FrameworkDisconnected.Parser,
        ["FrameworkRemoved/1"] = FrameworkRemoved.Parser,
        ["AgentAdmitted/1"] = AgentAdmitted.Parser,
        ["AgentBecameUnreachable/1"] = AgentBecameUnreachable.Parser,
        ["AgentRemoved/1"] = AgentRemoved.Parser,
        ["AgentMarkedGone/1"] = AgentMarkedGone.Parser,
        ["LostAgentsForgotten/1"] = LostAgentsForgotten.Parser,
        ["AgentDrainStarted/1"] = AgentDrainStarted.Parser,
        ["AgentDrained/1"] = AgentDrained.Parser,
        ["AgentDeactivated/1"] = AgentDeactivated.Parser,
        ["AgentReactivated/1"] = AgentReactivated.Parser,
        ["QuotasUpdated/1"] = QuotasUpdated.Parser,
        ["WeightsUpdated/1"] = WeightsUpdated.Parser,
        ["MaintenanceScheduled/1"] = MaintenanceScheduled.Parser,
        ["MaintenanceStarted/1"] = MaintenanceStarted.Parser,
        ["MaintenanceStopped/1"] = MaintenanceStopped.Parser,
        ["RegistrySnapshot/1"] = RegistrySnapshot.Parser,
    };

    public static JournalRecord Encode(IMessage message) => new(message.Descriptor.Name + "/1", message.ToByteArray());

    /// <exception cref="JournalDamagedException">The record is of a kind that this version does not know.</exception>
    public static IMessage Decode(JournalRecord record)
    {
        if (!Parsers.TryGetValue(record.Manifest, out var parser))
        {
            throw new JournalDamagedException($"The master's journal holds an event '{record.Manifest}' that this version does not know. "
                + "It was written by a newer version: start that one instead.");
        }
        return parser.ParseFrom(record.Payload.Span);
    }
}
