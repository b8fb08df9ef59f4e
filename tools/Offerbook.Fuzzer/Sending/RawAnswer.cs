namespace Offerbook.Fuzzer.Sending;

/// <param name="Headers">By their names in lower case; of several of one name the last.</param>
/// <param name="Body">What came of it; all of it when <paramref name="IsWhole"/>.</param>
/// <param name="IsWhole">False for a stream that goes on, and for a body that the connection cut off.</param>
public sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body, bool IsWhole)
{
    /// <summary>What the answer says about the server that no answer should say; null when nothing.</summary>
    public string? Fault()
    {
        if (Status is 500 or 502 or 504 or > 505 or < 100)
        {
            return $"answered with {Status}: {System.Text.Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(300, Body.Length)))}";
        }
        if (!IsWhole || Body.Length == 0 || Headers.ContainsKey("content-encoding"))
        {
            return null;
        }
        if (Headers.GetValueOrDefault("content-type") == "application/json" && Stream is null && !IsJson())
        {
            return $"{Status} has a body of type application/json that is no JSON";
        }
        return null;
    }

    /// <summary>The id of the stream that the answer is.</summary>
    public string? Stream => Headers.GetValueOrDefault("mesos-stream-id") ?? Headers.GetValueOrDefault("offerbook-stream-id");

    private bool IsJson()
    {
        // A refused subscription is a record: its length, then JSON.
        var at = Body.AsSpan().IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var body = at > 0 && Body[at] == (byte)'\n' ? Body.AsSpan(at + 1) : Body;
        try
        {
            var reader = new System.Text.Json.Utf8JsonReader(body,
                new System.Text.Json.JsonReaderOptions { MaxDepth = 1_000, AllowMultipleValues = true });
            while (reader.Read())
            {
            }
            return true;
        }
        catch (System.Text.Json.JsonException)
        {
            return at > 0; // Several records.
        }
    }
}
