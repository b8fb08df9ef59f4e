namespace Offerbook.Wire.Http;

public static class MediaTypes
{
    public const string Json = "application/json";
    public const string Protobuf = "application/x-protobuf";
    public const string RecordIo = "application/recordio";

    /// <summary>What the event stream of /v2 is sent as; clients compare the part before the semicolon.</summary>
    public const string EventStream = "text/event-stream;charset=utf-8";

    /// <summary>The bodies of errors.</summary>
    public const string Text = "text/plain; charset=utf-8";

    public static string Of(MessageFormat format) => format == MessageFormat.Json ? Json : Protobuf;
}
