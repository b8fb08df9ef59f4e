using Google.Protobuf;
using Mesos.V1;
using Microsoft.AspNetCore.Http;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.AgentProtocol;

namespace Offerbook.Agent.Tests.Registration;

/// <summary>A whole agent with a master of a newer or an older version: what the one does not know of the other ends nothing.</summary>
internal sealed class OtherVersionsTests : AgainstFakeMaster
{
    private const int FieldOfTheFuture = 1999;

    [Test]
    public async Task NewerMaster_WithEventsAndFieldsOfItsOwn_IsObeyedInTheRest()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();

        Master.Send(new Event { Type = (Event.Types.Type)99 });
        Master.Send(WithUnknownField(new Event { Type = (Event.Types.Type)99 }));
        Master.Send(WithUnknownField(Make.Launch(Make.Task(command: "exit 3"))));

        await Master.StateAsync("t1", TaskState.TaskFailed);
        Assert.That(Master.Subscriptions, Has.Count.EqualTo(1), "the stream has lasted");
    }

    [Test]
    public async Task OlderMaster_ThatDoesNotKnowACall_GetsTheOthers()
    {
        Master.Answer = call => call.Type == Call.Types.Type.Pong ? StatusCodes.Status501NotImplemented : StatusCodes.Status202Accepted;
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();

        Master.Send(new Event { Type = Event.Types.Type.Ping });
        await Master.CallAsync(Call.Types.Type.Pong);
        Master.Send(Make.Launch(Make.Task(command: "exit 3")));

        await Master.StateAsync("t1", TaskState.TaskFailed);
        Assert.That(Master.Subscriptions, Has.Count.EqualTo(1), "the agent has not come anew");
    }

    private Task<AgentHost> StartAsync() => AgentHost.StartAsync(new AgentOptions(Work, [Master.Address]) { Port = 0 });

    private static Event WithUnknownField(Event @event)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            output.WriteTag(FieldOfTheFuture, WireFormat.WireType.LengthDelimited);
            output.WriteString("from the future");
        }
        @event.MergeFrom(bytes.ToArray());
        return @event;
    }
}
