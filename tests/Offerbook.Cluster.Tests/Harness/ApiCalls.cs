using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Offerbook.Cluster.Tests.Harness;

/// <summary>Calls of an API on loopback that must succeed.</summary>
internal static class ApiCalls
{
    public static async Task<JToken> CallAsync(this HttpClient http, int port, HttpMethod method, string path, JToken? body = null)
    {
        using var request = new HttpRequestMessage(method, $"http://127.0.0.1:{port}{path}");
        if (body is not null)
        {
            request.Content = new StringContent(body.ToString(Formatting.None), Encoding.UTF8, "application/json");
        }
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That((int)response.StatusCode, Is.InRange(200, 299), text);
        return JToken.Parse(text);
    }
}
