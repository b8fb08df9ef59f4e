using System.Text;

namespace Offerbook.Fuzzer.Requests;

/// <summary>The head of an HTTP request, as it is written.</summary>
public sealed class HttpText(string method, string target, string version = "HTTP/1.1")
{
    private readonly StringBuilder _text = new($"{method} {target} {version}\r\n");

    public HttpText With(string name, string value)
    {
        _text.Append(name).Append(": ").Append(value).Append("\r\n");
        return this;
    }

    /// <summary>Characters become bytes one to one, so that a head can hold any byte.</summary>
    public byte[] End() => Encoding.Latin1.GetBytes(_text.ToString() + "\r\n");
}
