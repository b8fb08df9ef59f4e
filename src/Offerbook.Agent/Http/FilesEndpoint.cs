using System.Globalization;
using Microsoft.AspNetCore.Http;
using Newtonsoft.Json;
using Offerbook.Wire.Files;
using Offerbook.Wire.Http;

namespace Offerbook.Agent.Http;

/// <summary>GET /files/browse, /files/read and /files/download: the sandboxes, to look at and to follow (API section 7).</summary>
internal sealed class FilesEndpoint(SandboxFiles files)
{
    /// <summary>Bytes of one read; more is asked for by a further one.</summary>
    public const int MaxRead = 65_536;

    private static readonly HttpRefusal PathMissing = new(StatusCodes.Status400BadRequest, "Expecting 'path=value' in query.\n");
    private static readonly HttpRefusal NotFound = new(StatusCodes.Status404NotFound, "404 Not Found.");
    private static readonly HttpRefusal IsDirectory = new(StatusCodes.Status400BadRequest,
        "The path names a directory; browse it instead.\n");

    public async Task BrowseAsync(HttpContext context)
    {
        var found = await FindAsync(context);
        if (found.Refusal is not null)
        {
            await context.Response.RefuseAsync(found.Refusal);
            return;
        }
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray();
            foreach (var (path, stat) in SandboxFiles.Browse(found.Asked, found.Real))
            {
                WriteEntry(json, path, stat);
            }
            json.WriteEndArray();
        });
    }

    public async Task ReadAsync(HttpContext context)
    {
        var found = await FindAsync(context);
        var offset = Number(context, "offset");
        var length = Number(context, "length");
        var refusal = found.Refusal ?? offset.Refusal ?? length.Refusal ?? (Directory.Exists(found.Real) ? IsDirectory : null);
        if (refusal is not null)
        {
            await context.Response.RefuseAsync(refusal);
            return;
        }
        using var file = files.Open(found.Real);
        if (file is null)
        {
            await context.Response.RefuseAsync(NotFound);
            return;
        }
        var size = RandomAccess.GetLength(file);
        if (offset.Value is not { } from)
        {
            await WriteDataAsync(context, size, "");
            return;
        }
        var buffer = new byte[Math.Min(length.Value ?? MaxRead, MaxRead)];
        var read = from < size ? await RandomAccess.ReadAsync(file, buffer, from, context.RequestAborted) : 0;
        await WriteDataAsync(context, from, RawText.Of(buffer.AsSpan(0, read)));
    }

    public async Task DownloadAsync(HttpContext context)
    {
        var found = await FindAsync(context);
        var handle = found.Refusal is null ? files.Open(found.Real) : null;
        if (handle is null)
        {
            await context.Response.RefuseAsync(found.Refusal ?? (Directory.Exists(found.Real) ? IsDirectory : NotFound));
            return;
        }
        await using var file = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        context.Response.ContentType = "application/octet-stream";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{Uri.EscapeDataString(Path.GetFileName(found.Asked))}\"";
        // Without a length: a task may be writing on.
        await file.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private async ValueTask<Found> FindAsync(HttpContext context)
    {
        var asked = context.Request.Query["path"].ToString();
        return asked.Length == 0 ? new Found("", "", PathMissing)
            : await files.FindAsync(asked, context.RequestAborted) is { } real ? new Found(asked, real, null)
            : new Found(asked, "", NotFound);
    }

    /// <summary>An optional number of bytes; -1 means that it is absent.</summary>
    private static (long? Value, HttpRefusal? Refusal) Number(HttpContext context, string name)
    {
        var text = context.Request.Query[name].ToString();
        if (text is "" or "-1")
        {
            return (null, null);
        }
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
            ? (parsed, null)
            : (null, new HttpRefusal(StatusCodes.Status400BadRequest,
                $"Failed to parse {name}: '{text}' must be a number of bytes, not negative.\n"));
    }

    private static Task WriteDataAsync(HttpContext context, long offset, string data) => JsonAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.Member("offset", offset);
        json.Member("data", data);
        json.WriteEndObject();
    });

    private static void WriteEntry(JsonWriter json, string shown, FileStat stat)
    {
        json.WriteStartObject();
        json.Member("path", shown);
        json.Member("nlink", stat.Links);
        json.Member("size", stat.Size);
        json.Member("mtime", stat.ModifiedSeconds);
        json.Member("mode", stat.Mode);
        json.Member("uid", stat.User);
        json.Member("gid", stat.Group);
        json.WriteEndObject();
    }

    private readonly record struct Found(string Asked, string Real, HttpRefusal? Refusal);
}
