using Google.Protobuf;
using Offerbook.Storage;

namespace Offerbook.Agent.Recovery;

/// <summary>The events of the agent's journal as journal records. The manifest is the message's name and its version.</summary>
internal static class AgentEvents
{
    private static readonly SortedDictionary<string, MessageParser> Parsers = new(StringComparer.Ordinal)
    {
        ["AgentRegistered/1"] = AgentRegistered.Parser,
        ["AgentConfigured/1"] = AgentConfigured.Parser,
        ["MasterFollowed/1"] = MasterFollowed.Parser,
        ["AgentRetired/1"] = AgentRetired.Parser,
        ["FrameworkKnown/1"] = FrameworkKnown.Parser,
        ["TaskAdmitted/1"] = TaskAdmitted.Parser,
        ["UpdateQueued/1"] = UpdateQueued.Parser,
        ["UpdateAcknowledged/1"] = UpdateAcknowledged.Parser,
        ["KillRequested/1"] = KillRequested.Parser,
        ["FrameworkShutDown/1"] = FrameworkShutDown.Parser,
        ["TaskEndedSilently/1"] = TaskEndedSilently.Parser,
        ["SandboxesExpired/1"] = SandboxesExpired.Parser,
        ["DrainStarted/1"] = DrainStarted.Parser,
        ["OperationApplied/1"] = OperationApplied.Parser,
        ["OperationRefused/1"] = OperationRefused.Parser,
        ["OperationEnded/1"] = OperationEnded.Parser,
        ["OperationAcknowledged/1"] = OperationAcknowledged.Parser,
        ["OperationsSilenced/1"] = OperationsSilenced.Parser,
        ["ExecutorAdmitted/1"] = ExecutorAdmitted.Parser,
        ["ExecutorEngaged/1"] = ExecutorEngaged.Parser,
        ["ExecutorShutdownRequested/1"] = ExecutorShutdownRequested.Parser,
        ["ExecutorEnded/1"] = ExecutorEnded.Parser,
        ["OperatorContainerLaunched/1"] = OperatorContainerLaunched.Parser,
        ["OperatorContainerEnded/1"] = OperatorContainerEnded.Parser,
        ["OperatorContainersRemoved/1"] = OperatorContainersRemoved.Parser,
        ["AgentSnapshot/1"] = AgentSnapshot.Parser,
    };

    public static JournalRecord Encode(IMessage @event, bool diesWithMachine = false) =>
        new(@event.Descriptor.Name + "/1", @event.ToByteArray()) { DiesWithMachine = diesWithMachine };

    /// <exception cref="JournalDamagedException">The record is of a kind that this version does not know, or does not parse.</exception>
    public static IMessage Decode(JournalRecord record)
    {
        if (!Parsers.TryGetValue(record.Manifest, out var parser))
        {
            throw new JournalDamagedException(
                $"The agent's journal holds an event '{record.Manifest}' that this version does not know. "
                + "It was written by a newer version: start that one, or begin with a new work directory.");
        }
        try
        {
            return parser.ParseFrom(record.Payload.Span);
        }
        catch (InvalidProtocolBufferException failure)
        {
            throw new JournalDamagedException(
                $"The agent's journal holds an event '{record.Manifest}' that cannot be read: {failure.Message}");
        }
    }
}
