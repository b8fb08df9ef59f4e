using Offerbook.Actors;
using Offerbook.Storage.Formats;
using Offerbook.Wire.Identity;

namespace Offerbook.Master;

/// <summary>One message being handled: the present, and where its effects go.</summary>
internal readonly record struct Turn(Now Now, Effects Effects)
{
    public void Answer(ConnectionId connection, int status, string text = "") =>
        Effects.Add(new MasterEffect.Answer(connection, status, text));

    public void Answer(ConnectionId connection, FormatAnswer answer) => Answer(connection, answer.Status, answer.Json);

    /// <summary>Tells whoever operates the master.</summary>
    public void Warn(string text) => Effects.Add(new MasterEffect.Warn(text));

    public void OpenStream(ConnectionId connection, string streamId) => Effects.Add(new MasterEffect.OpenStream(connection, streamId));

    public void CloseStream(ConnectionId stream) => Effects.Add(new MasterEffect.CloseStream(stream));

    public void Send(ConnectionId stream, SchedulerEvent @event) => Effects.Add(new MasterEffect.SendToScheduler(stream, @event));

    public void Send(ConnectionId stream, IReadOnlyList<SchedulerEvent> events) =>
        Effects.Add(new MasterEffect.SendAllToScheduler(stream, events));

    public void Send(ConnectionId stream, AgentEvent @event) => Effects.Add(new MasterEffect.SendToAgent(stream, @event));

    public void StartTimer(object key, TimeSpan after, MasterMessage message) => Effects.Add(new StartTimer(key, after, message));

    public void CancelTimer(object key) => Effects.Add(new CancelTimer(key));
}
