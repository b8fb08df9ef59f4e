using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;
using Offerbook.Wire.Files;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http.Files;

/// <summary>GET /files/browse, /files/read, /files/download and /files/debug: the master's log, to look at and to follow.</summary>
internal static class FilesEndpoint
{
    private static readonly HttpRefusal PathMissing = new(StatusCodes.Status400BadRequest, "Expecting 'path=value' in query.\n");
    private static readonly HttpRefusal Nothing = new(StatusCodes.Status404NotFound, "");

    public static Task BrowseAsync(HttpContext context, MasterProcess master)
    {
        var path = context.Request.Query["path"].ToString();
        if (path.Length == 0)
        {
            return context.Response.RefuseAsync(PathMissing);
        }
        if (master.Files.Browse(path) is not { } entries)
        {
            return context.Response.RefuseAsync(Nothing);
        }
        return ReadEndpoint.SendAsync(context, json =>
        {
            json.BeginArray();
            foreach (var (name, stat) in entries)
            {
                json.BeginObject();
                json.Text("path"u8, name);
                json.Integer("nlink"u8, stat.Links);
                json.Integer("size"u8, (long)stat.Size);
                json.Double("mtime"u8, stat.ModifiedSeconds);
                json.Text("mode"u8, stat.Mode);
                json.Text("uid"u8, stat.User);
                json.Text("gid"u8, stat.Group);
                json.EndObject();
            }
            json.EndArray();
        });
    }

    /// <summary>An offset that is absent or -1 asks for the size only; a length of -1 for as much as one answer takes.</summary>
    public static async Task ReadAsync(HttpContext context, MasterProcess master)
    {
        var path = context.Request.Query["path"].ToString();
        var (offset, wrong) = Number(context, "offset");
        var (length, alsoWrong) = Number(context, "length");
        if ((path.Length == 0 ? PathMissing : wrong ?? alsoWrong) is { } refusal)
        {
            await context.Response.RefuseAsync(refusal);
            return;
        }
        if (await master.Files.ReadAsync(path, offset ?? 0, offset is null ? 0 : length, context.RequestAborted) is not var (size, data))
        {
            await context.Response.RefuseAsync(
                master.Files.Browse(path) is null
                    ? Nothing : new HttpRefusal(StatusCodes.Status400BadRequest, "Cannot read a directory.\n"));
            return;
        }
        await ReadEndpoint.SendAsync(context, json =>
        {
            json.BeginObject();
            json.Integer("offset"u8, offset is { } from ? (long)from : size);
            json.Text("data"u8, RawText.Of(data.Span));
            json.EndObject();
        });
    }

    public static async Task DownloadAsync(HttpContext context, MasterProcess master)
    {
        var path = context.Request.Query["path"].ToString();
        if (path.Length == 0)
        {
            await context.Response.RefuseAsync(PathMissing);
            return;
        }
        if (master.Files.Resolve(path) is not { } real)
        {
            await context.Response.RefuseAsync(master.Files.Browse(path) is null
                ? new HttpRefusal(StatusCodes.Status404NotFound, "404 Not Found.")
                : new HttpRefusal(StatusCodes.Status400BadRequest, "Cannot download a directory.\n"));
            return;
        }
        await using var file = new FileStream(real, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        context.Response.ContentType = "application/octet-stream";
        context.Response.Headers.ContentDisposition = $"attachment; filename={WebUtility.UrlEncode(Path.GetFileName(real))}";
        // Without a length: the log goes on growing.
        await file.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    /// <summary>Which files are seen under which names.</summary>
    public static Task DebugAsync(HttpContext context, MasterProcess master) => ReadEndpoint.SendAsync(context, json =>
    {
        json.BeginObject();
        foreach (var (seen, real) in master.Files.Attached)
        {
            json.Named(seen).Text(real);
        }
        json.EndObject();
    });

    private static (ulong? Value, HttpRefusal? Wrong) Number(HttpContext context, string name)
    {
        var text = context.Request.Query[name].ToString();
        if (text.Length == 0)
        {
            return (null, null);
        }
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return (null,
                new HttpRefusal(StatusCodes.Status400BadRequest, $"Failed to parse {name}: Failed to convert '{text}' to number.\n"));
        }
        return number < -1
            ? (null, new HttpRefusal(StatusCodes.Status400BadRequest,
                string.Create(CultureInfo.InvariantCulture, $"Negative {name} provided: {number}.\n")))
            : (number == -1 ? null : (ulong)number, null);
    }
}
