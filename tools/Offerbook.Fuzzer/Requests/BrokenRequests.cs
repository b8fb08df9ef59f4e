using System.Text;
using Offerbook.Actors;

namespace Offerbook.Fuzzer.Requests;

/// <summary>What is hardly HTTP. A server may answer or close, but must not mind.</summary>
public sealed class BrokenRequests(SeededRandom chance)
{
    public FuzzRequest Make()
    {
        var route = Words.Any(chance, Words.Routes);
        var (what, text) = chance.Next(18) switch
        {
            0 => ("no version", $"GET {route}\r\n\r\n"),
            1 => ("an unknown version", $"GET {route} HTTP/9.9\r\nHost: f\r\n\r\n"),
            2 => ("no host", $"GET {route} HTTP/1.1\r\n\r\n"),
            3 => ("two hosts", $"GET {route} HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
            4 => ("two lengths", $"POST {route} HTTP/1.1\r\nHost: f\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"),
            5 => ("a length below zero", $"POST {route} HTTP/1.1\r\nHost: f\r\nContent-Length: -1\r\n\r\n"),
            6 => ("a length beyond all",
                $"POST {route} HTTP/1.1\r\nHost: f\r\nContent-Type: application/json\r\nContent-Length: 99999999999999999999\r\n\r\n"),
            7 => ("a length and chunks",
                $"POST {route} HTTP/1.1\r\nHost: f\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            8 => ("chunks of nonsense",
                $"POST {route} HTTP/1.1\r\nHost: f\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"),
            9 => ("a chunk beyond all",
                $"POST {route} HTTP/1.1\r\nHost: f\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "ffffffffffffffff\r\nabc"),
            10 => ("a long target", $"GET {route}?{new string('a', 20_000)} HTTP/1.1\r\nHost: f\r\n\r\n"),
            11 => ("a long header", $"GET {route} HTTP/1.1\r\nHost: f\r\nX: {new string('a', 70_000)}\r\n\r\n"),
            12 => ("many headers",
                $"GET {route} HTTP/1.1\r\nHost: f\r\n{string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: 1\r\n"))}\r\n"),
            13 => ("a target that is no path", $"GET {route.TrimStart('/')} HTTP/1.1\r\nHost: f\r\n\r\n"),
            14 => ("a target with its host", $"GET http://other{route} HTTP/1.1\r\nHost: f\r\n\r\n"),
            15 => ("a tunnel", "CONNECT other:443 HTTP/1.1\r\nHost: f\r\n\r\n"),
            16 => ("a head without end", $"GET {route} HTTP/1.1\r\nHost: f\r\nX"),
            _ => ("noise", Noise()),
        };
        var end = chance.Next(10) switch { 0 => ClientEnd.Reset, 1 => ClientEnd.Linger, 2 => ClientEnd.HalfClose, _ => ClientEnd.Read };
        return new FuzzRequest(0, 0, $"{what} ({route})", [new Part(Encoding.Latin1.GetBytes(text))], 0, end);
    }

    private string Noise()
    {
        var text = new StringBuilder();
        for (var left = chance.Next(2_000); left > 0; left--)
        {
            text.Append((char)chance.Next(256));
        }
        return text.ToString();
    }
}
