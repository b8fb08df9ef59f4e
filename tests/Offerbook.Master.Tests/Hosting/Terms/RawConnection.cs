using System.Net.Sockets;
using System.Text;

namespace Offerbook.Master.Tests.Hosting.Terms;

/// <summary>One connection for several requests: clients of a higher kind choose theirs themselves.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _client;
    private readonly StreamReader _reader;

    public RawConnection(Uri address)
    {
        _client = new TcpClient(address.Host, address.Port);
        _reader = new StreamReader(_client.GetStream(), Encoding.ASCII);
    }

    /// <param name="request">Method and path; a POST has an empty JSON object.</param>
    /// <returns>The head of the answer.</returns>
    public async Task<string> AskAsync(string request)
    {
        var body = request.StartsWith("POST", StringComparison.Ordinal) ? "{}" : "";
        await _client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"{request} HTTP/1.1\r\nHost: master\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
        var (head, length) = (new StringBuilder(), 0);
        while (await _reader.ReadLineAsync() is { Length: > 0 } line)
        {
            head.AppendLine(line);
            length = line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase) ? int.Parse(line[16..]) : length;
        }
        if (length > 0) // a read of nothing would wait for more
        {
            await _reader.ReadBlockAsync(new char[length], 0, length);
        }
        return head.ToString();
    }

    public void Dispose() => _client.Dispose();
}
