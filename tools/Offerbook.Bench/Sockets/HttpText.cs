using System.Text;
using Google.Protobuf;
using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Bench.Sockets;

/// <summary>Requests as bytes.</summary>
internal static class HttpText
{
    /// <param name="headers">More header lines, each ended by CR LF.</param>
    public static byte[] Post(string path, IMessage message, MessageFormat format, string headers = "")
    {
        var body = MessageCodec.ToBytes(message, format);
        var type = MediaTypes.Of(format);
        var head = $"POST {path} HTTP/1.1\r\nHost: master\r\nContent-Type: {type}\r\nAccept: {type}\r\n"
            + $"{headers}Content-Length: {body.Length}\r\n\r\n";
        var request = new byte[Encoding.ASCII.GetByteCount(head) + body.Length];
        var start = Encoding.ASCII.GetBytes(head, request);
        body.CopyTo(request, start);
        return request;
    }

    public static byte[] Get(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: master\r\n\r\n");
}
