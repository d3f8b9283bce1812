// A receiver of webhooks in C#, without packages, for .NET and for Mono: mcs -r:System.Runtime.Serialization Receiver.cs
// The variable WEBHOOK_SECRET is the secret of the endpoint, as the portal gave it; WEBHOOK_FOLDER keeps the events.
// It answers before it works: what takes longer than a second belongs into a queue.

using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Runtime.Serialization;
using System.Runtime.Serialization.Json;
using System.Security.Cryptography;
using System.Text;

[DataContract]
class PortalEvent
{
    [DataMember(Name = "id")] public string Id;
    [DataMember(Name = "type")] public string Type;
    [DataMember(Name = "data")] public PortalData Data;
}

[DataContract]
class PortalData
{
    [DataMember(Name = "dossier_id")] public string DossierId;
    [DataMember(Name = "dossier_number")] public long? DossierNumber;
}

static class Receiver
{
    const long Tolerance = 300;

    static void Main(string[] arguments)
    {
        var secret = Environment.GetEnvironmentVariable("WEBHOOK_SECRET");
        var folder = Environment.GetEnvironmentVariable("WEBHOOK_FOLDER");
        Directory.CreateDirectory(folder);
        var listener = new HttpListener();
        listener.Prefixes.Add("http://127.0.0.1:" + arguments[0] + "/");
        listener.Start();
        while (true)
        {
            var context = listener.GetContext();
            try
            {
                context.Response.StatusCode = Receive(context.Request, secret, folder);
                context.Response.Close();
            }
            catch (Exception error)
            {
                Console.Error.WriteLine(error); // The portal sends it again.
                context.Response.Abort();
            }
        }
    }

    static int Receive(HttpListenerRequest request, string secret, string folder)
    {
        var body = new MemoryStream();
        request.InputStream.CopyTo(body);
        if (!IsSigned(request.Headers.Get, secret, body.ToArray()))
        {
            return 401;
        }
        body.Position = 0;
        Keep((PortalEvent)new DataContractJsonSerializer(typeof(PortalEvent)).ReadObject(body), folder);
        return 204;
    }

    static bool IsSigned(Func<string, string> header, string secret, byte[] body)
    {
        string id = header("webhook-id") ?? "", time = header("webhook-timestamp") ?? "";
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        long sent;
        if (id == "" || time.Length > 12 || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out sent)
            || Math.Abs(now - sent) > Tolerance)
        {
            return false;
        }
        var signed = Encoding.UTF8.GetBytes(id + "." + time + ".").Concat(body).ToArray();
        using (var hash = new HMACSHA256(Convert.FromBase64String(secret.Substring("whsec_".Length))))
        {
            var expected = Encoding.UTF8.GetBytes("v1," + Convert.ToBase64String(hash.ComputeHash(signed)));
            var signatures = (header("webhook-signature") ?? "").Split(' ').Select(Encoding.UTF8.GetBytes);
            return signatures.Any(each => CryptographicOperations.FixedTimeEquals(each, expected));
        }
    }

    // An event may come several times, and later than others of its dossier: that with the highest number is the newest.
    // Its file can be made once. Your back office has a table with the id as its key.
    static void Keep(PortalEvent told, string folder)
    {
        var place = Path.Combine(folder, Guid.Parse(told.Id).ToString());
        if (File.Exists(place))
        {
            return;
        }
        var begun = place + ".new";
        File.WriteAllText(begun, told.Data.DossierId + " " + told.Data.DossierNumber + " " + told.Type + "\n");
        File.Move(begun, place);
    }
}
