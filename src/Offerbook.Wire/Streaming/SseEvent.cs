namespace Offerbook.Wire.Streaming;

/// <summary>One server-sent event as a client sees it.</summary>
/// <param name="Type">The <c>event</c> field; <c>message</c> when the frame had none.</param>
/// <param name="Data">The data lines, joined by line feeds.</param>
/// <param name="LastEventId">The newest <c>id</c> seen on the stream so far; empty when there was none.</param>
public sealed record SseEvent(string Type, string Data, string LastEventId);
