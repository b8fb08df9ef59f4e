using System.Net.Http.Headers;
using System.Text;
using Offerbook.Wire.Http;

namespace Offerbook.Conformance.Kit;

/// <summary>Requests as nobody should make them: any method, body and headers.</summary>
public sealed class RawHttp(Uri master, Credential? credential = null) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
    {
        BaseAddress = master, DefaultRequestHeaders = { Authorization = credential?.Header },
    };

    /// <summary>Sends a request and reads the head of the answer; a body without end is not waited for.</summary>
    public async Task<RawAnswer> SendAsync(
        HttpMethod method, string path, byte[]? body = null, string? contentType = null, string? accept = null, string? streamId = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            if (contentType is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            }
        }
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }
        if (streamId is not null)
        {
            request.Headers.TryAddWithoutValidation(ScriptedScheduler.StreamHeader, streamId);
        }
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var endless = response.Headers.TransferEncodingChunked == true;
        var text = endless ? "" : await response.Content.ReadAsStringAsync();
        return new RawAnswer((int)response.StatusCode, text, response.Content.Headers.ContentType, response.Headers,
            response.Content.Headers, endless);
    }

    public Task<RawAnswer> PostJsonAsync(string path, string json, string? accept = "application/json", string? streamId = null) =>
        SendAsync(HttpMethod.Post, path, Encoding.UTF8.GetBytes(json), "application/json", accept, streamId);

    public Task<string> GetStringAsync(string path) => _http.GetStringAsync(path);

    public void Dispose() => _http.Dispose();
}

/// <param name="Text">The body; empty when the answer is a stream.</param>
public sealed record RawAnswer(
    int Status, string Text, MediaTypeHeaderValue? ContentType, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders,
    bool IsStream);
