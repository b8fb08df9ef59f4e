using System.Globalization;
using System.IO.Compression;
using System.Text;
using Offerbook.Actors;

namespace Offerbook.Fuzzer.Requests;

/// <summary>A request before it is put into bytes.</summary>
public sealed record Content(string What, string Method, string Path, byte[] Body, string MediaType);

/// <summary>Puts requests into bytes in all the ways that HTTP allows, and in some that it does not.</summary>
public sealed class Framing(SeededRandom chance)
{
    /// <summary>Stands for the newest stream id that the path's subscriptions were given; the sender puts it in.</summary>
    public const string StreamIdPlaceholder = "00000000-feed-feed-feed-000000000000";

    private static readonly string[] Accepts =
    [
        "application/json", "application/x-protobuf", "*/*", "application/*;q=0", "text/html",
        "application/json;q=0, application/x-protobuf", ",,,", "a/b;q=nan",
        "",
    ];

    /// <param name="streamOf">The header that names a stream, if the path has streams.</param>
    public FuzzRequest Frame(Content content, string? streamOf)
    {
        var kind = chance.Next(100);
        var end = chance.Next(100) switch { < 90 => ClientEnd.Read, < 94 => ClientEnd.HalfClose, < 97 => ClientEnd.Reset,
            _ => ClientEnd.Linger };
        var request = kind switch
        {
            < 70 => Whole(content, streamOf),
            < 78 => Chunked(content, streamOf, cut: false),
            < 82 => Chunked(content, streamOf, cut: true),
            < 86 => Slow(content, streamOf),
            < 90 => Packed(content, streamOf),
            < 93 => Truncated(content, streamOf),
            < 96 => Pipelined(content, streamOf),
            < 98 => Old(content, streamOf),
            _ => Promised(content, streamOf),
        };
        // Who leaves or says that nothing comes any more may be left without an answer.
        return request with { End = end, Answers = end == ClientEnd.Read ? request.Answers : 0, IsHead = content.Method == "HEAD" };
    }

    /// <summary>As a client that works would send it.</summary>
    public FuzzRequest FrameSoundly(Content content, string streamOf)
    {
        var head = new HttpText(content.Method, content.Path).With("Host", "fuzz").With("Content-Type", content.MediaType)
            .With("Accept", content.MediaType)
            .With(streamOf, StreamIdPlaceholder).With("Content-Length", Number(content.Body.Length));
        return Made(content.What, 1, new Part([.. head.End(), .. content.Body])) with { IsMeant = true };
    }

    private FuzzRequest Whole(Content content, string? streamOf) =>
        Made(content.What, 1,
            new Part([.. Head(content, streamOf).With("Content-Length", Number(content.Body.Length)).End(), .. content.Body]));

    private FuzzRequest Chunked(Content content, string? streamOf, bool cut)
    {
        var parts = new List<Part> { new(Head(content, streamOf).With("Transfer-Encoding", "chunked").End()) };
        var at = 0;
        while (at < content.Body.Length && parts.Count < 40)
        {
            var size = parts.Count == 39
                ? content.Body.Length - at : Math.Min(1 + chance.Next(content.Body.Length), content.Body.Length - at);
            byte[] chunk = [.. Encoding.ASCII.GetBytes($"{size:x}\r\n"), .. content.Body.AsSpan(at, size), 13, 10];
            if (cut && chance.Chance(0.4))
            {
                parts.Add(new Part(chunk[..chance.Next(chunk.Length)]));
                return Made($"{content.What}, chunked and cut off", 0, [.. parts]);
            }
            parts.Add(new Part(chunk));
            at += size;
        }
        parts.Add(new Part(cut ? [(byte)'0'] : Encoding.ASCII.GetBytes("0\r\n\r\n")));
        return Made(cut ? $"{content.What}, chunked without end" : $"{content.What}, chunked", cut ? 0 : 1, [.. parts]);
    }

    private FuzzRequest Slow(Content content, string? streamOf)
    {
        byte[] bytes = [.. Head(content, streamOf).With("Content-Length", Number(content.Body.Length)).End(), .. content.Body];
        var pieces = bytes.Chunk(1 + (bytes.Length / (1 + chance.Next(6)))).Select(piece => new Part(piece, chance.Next(150)));
        return Made($"{content.What}, slowly", 1, [.. pieces]);
    }

    private FuzzRequest Packed(Content content, string? streamOf)
    {
        var body = chance.Next(4) switch
        {
            0 => Gzip(new byte[48 << 20]), // 48 MiB of nothing in 48 KiB: longer than any endpoint takes.
            1 => new ByteMutations(chance).Spoil(Gzip(content.Body)),
            _ => Gzip(content.Body),
        };
        var coding = chance.Chance(0.9) ? "gzip" : Words.Any(chance, "br", "deflate", "gzip, gzip", "x");
        return Made($"{content.What}, as {coding} of {body.Length} bytes", 1,
            new Part([.. Head(content, streamOf).With("Content-Encoding", coding).With("Content-Length", Number(body.Length)).End(),
                .. body]));
    }

    private FuzzRequest Truncated(Content content, string? streamOf) =>
        Made($"{content.What}, shorter than announced", 0,
            new Part([.. Head(content, streamOf).With("Content-Length", Number(content.Body.Length + 1 + chance.Next(100))).End(),
                .. content.Body]));

    private FuzzRequest Pipelined(Content content, string? streamOf)
    {
        var count = 2 + chance.Next(4);
        var health = new HttpText("GET", "/health").With("Host", "fuzz").End();
        byte[] first = [.. Head(content, streamOf).With("Content-Length", Number(content.Body.Length)).End(), .. content.Body];
        // An answer that is a stream keeps the others waiting: the first must be one that ends.
        byte[] all = [.. Enumerable.Repeat(health, count - 1).SelectMany(bytes => bytes), .. first];
        return Made($"{content.What}, behind {count - 1} others on one connection", count, new Part(all));
    }

    private FuzzRequest Old(Content content, string? streamOf) => Made($"{content.What}, as HTTP/1.0", 1,
        new Part([.. Head(content, streamOf, "HTTP/1.0").With("Content-Length", Number(content.Body.Length)).End(), .. content.Body]));

    private FuzzRequest Promised(Content content, string? streamOf) => Made($"{content.What}, expecting 100-continue", 1,
        new Part(Head(content, streamOf).With("Expect", "100-continue").With("Content-Length", Number(content.Body.Length)).End()),
        new Part(content.Body, 30));

    private HttpText Head(Content content, string? streamOf, string version = "HTTP/1.1")
    {
        var head = new HttpText(content.Method, Target(content.Path), version).With("Host", "fuzz");
        if (content.MediaType.Length > 0 && content.Method is not ("GET" or "HEAD"))
        {
            head.With("Content-Type", content.MediaType);
        }
        if (chance.Chance(0.6))
        {
            head.With("Accept", chance.Chance(0.8) ? Accepts[chance.Next(3)] : Words.Any(chance, Accepts));
        }
        if (streamOf is not null && chance.Chance(0.5))
        {
            head.With(streamOf, chance.Chance(0.8) ? StreamIdPlaceholder : Printable(Words.Odd(chance)));
        }
        if (chance.Chance(0.3))
        {
            head.With("Accept-Encoding", Words.Any(chance, "gzip", "gzip;q=0", "*", "br", "gzip;q=x,,"));
        }
        if (chance.Chance(0.1))
        {
            head.With(Words.Any(chance, "Authorization", "If-None-Match", "X-Forwarded-For", "Cookie", "Range", "If-Modified-Since",
                "Connection", "Message-Accept"),
                Words.Any(chance, "Basic !!!", "Bearer a.b.c", "*", "\"x\", W/\"y\"", "Basic OmE=", "close", "bytes=0-1,2-3",
                    Printable(Words.Odd(chance))));
        }
        return head;
    }

    /// <summary>The same endpoint by another of its names.</summary>
    private string Target(string path) => chance.Next(12) switch
    {
        0 => "/master" + path,
        1 => path + "/",
        2 => path.Split('?')[0] + ".json" + (path.Contains('?') ? path[path.IndexOf('?')..] : ""),
        3 => path.Replace("/v1", "/%76%31", StringComparison.Ordinal),
        _ => path,
    };

    /// <summary>A header's value may hold no line end and no NUL, and a server may bound its length.</summary>
    private static string Printable(string text)
    {
        var sound = new string([.. text.Where(c => c is >= ' ' and < '\u007f').Take(4_000)]).Trim();
        return sound.Length == 0 ? "x" : sound;
    }

    private static FuzzRequest Made(string what, int answers, params Part[] parts) => new(0, 0, what, parts, answers, ClientEnd.Read);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static byte[] Gzip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }
        return packed.ToArray();
    }
}
