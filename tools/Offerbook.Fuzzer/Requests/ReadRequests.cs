using System.Text;
using Offerbook.Actors;

namespace Offerbook.Fuzzer.Requests;

/// <summary>Reads of every endpoint, with queries that mean something, that mean nothing, and that should not be.</summary>
public sealed class ReadRequests(SeededRandom chance, Framing framing)
{
    public FuzzRequest Make()
    {
        var path = Words.Any(chance, Words.Routes);
        var method = chance.Chance(0.85)
            ? "GET" : Words.Any(chance, "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "get");
        if (chance.Chance(0.1))
        {
            path += Words.Any(chance, "/x", "/%2e%2e/state", "//", "/..", "/%00", "/%ff%fe", "/a%2Fb", ";x=1", "/%", "/%zz",
                "/" + new string('a', 3_000));
        }
        var query = Query();
        return framing.Frame(new Content($"{method} {path}{query}", method, path + query, [], ""), null);
    }

    private string Query()
    {
        var count = chance.Next(4);
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            text.Append(i == 0 ? '?' : '&').Append(Words.Any(chance, Words.Query));
            if (chance.Chance(0.95))
            {
                text.Append('=').Append(chance.Chance(0.9)
                    ? Uri.EscapeDataString(Value()) : Words.Any(chance, "%", "%zz", "%00", "%ff", "a=b=c", "%u0041"));
            }
        }
        return text.ToString();
    }

    private string Value() => chance.Next(10) switch
    {
        0 => Words.Framework(chance),
        1 => Words.Agent(chance),
        2 => Words.Role(chance),
        3 => Words.Any(chance, "callback", "a.b[0]", "alert(1)//", "jQuery_1", "é", new string('j', 200)),
        4 => Words.Any(chance, "asc", "des", "ASC", "up"),
        5 => Words.Any(chance, "10secs", "1ns", "0secs", "-5mins", "1e9weeks", "10", "secs", "1e400secs", "nansecs"),
        6 => Words.Any(chance, "-1", "0", "1", "100", "2147483648", "99999999999999999999", "1.5", "1e3", "0x1", "NaN"),
        7 => Words.Any(chance, "/master/log", "/", "..", "/etc/passwd", "/master/log/../../etc/passwd", "\0"),
        8 => Words.Any(chance, "2026-01-01T00:00:00Z", "0001-01-01", "9999-12-31T23:59:59.9999999Z", "yesterday", "1700000000"),
        _ => Words.Odd(chance) is { Length: < 5_000 } odd ? odd : "long",
    };
}
