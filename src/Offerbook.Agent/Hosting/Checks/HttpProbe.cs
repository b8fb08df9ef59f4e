using System.Net.Security;
using System.Text;

namespace Offerbook.Agent.Hosting.Checks;

/// <summary>
/// Asks a server for the status of one page on a fresh connection, and reads no further. A full client would pool connections, follow
/// rules that a probe does not need, and cost several times as much, thousands of times a second.
/// </summary>
internal static class HttpProbe
{
    /// <summary>Of a status line with the interim answers and their headers before it.</summary>
    private const int MaxBytes = 16 * 1024;

    private const int FirstFinal = 200;

    /// <param name="connection">Is left open.</param>
    /// <param name="isTls">Speak TLS, and take any certificate.</param>
    /// <returns>The status code.</returns>
    /// <exception cref="IOException">What came is no answer of a web server, or nothing came.</exception>
    public static async Task<int> GetAsync(Stream connection, bool isTls, string host, string path, CancellationToken cancellation)
    {
        if (!isTls)
        {
            return await AskAsync(connection, host, path, cancellation);
        }
        await using var tls = new SslStream(connection, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "", RemoteCertificateValidationCallback = (_, _, _, _) => true },
            cancellation);
        return await AskAsync(tls, host, path, cancellation);
    }

    private static async Task<int> AskAsync(Stream connection, string host, string path, CancellationToken cancellation)
    {
        var request = $"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: offerbook\r\nAccept: */*\r\nConnection: close\r\n\r\n";
        await connection.WriteAsync(Encoding.UTF8.GetBytes(request), cancellation);
        var buffer = new byte[MaxBytes];
        var (count, line) = (0, 0);
        while (true)
        {
            if (StatusOf(buffer.AsSpan(line, count - line)) is { } status)
            {
                if (status >= FirstFinal)
                {
                    return status;
                }
                // An interim answer: the next one begins behind its headers.
                if (buffer.AsSpan(line, count - line).IndexOf("\r\n\r\n"u8) is >= 0 and var end)
                {
                    line += end + 4;
                    continue;
                }
            }
            var read = count < MaxBytes ? await connection.ReadAsync(buffer.AsMemory(count), cancellation) : 0;
            if (read == 0)
            {
                throw new IOException(count < MaxBytes
                    ? "the connection ended before an answer" : $"no answer in the first {MaxBytes} bytes");
            }
            count += read;
        }
    }

    /// <returns>Null while the line is not whole.</returns>
    private static int? StatusOf(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        if (end < 0)
        {
            return null;
        }
        // HTTP/1.1 200 OK
        var line = text[..end];
        var blank = line.IndexOf((byte)' ');
        return line.StartsWith("HTTP/"u8) && blank > 0 && line.Length >= blank + 4
            && int.TryParse(line.Slice(blank + 1, 3), out var status) && status is >= 100 and <= 599
            ? status
            : throw new IOException($"the answer is not HTTP: '{Encoding.ASCII.GetString(line[..Math.Min(line.Length, 40)]).TrimEnd()}'");
    }
}
