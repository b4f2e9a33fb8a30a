namespace Marketplace.Api.Identity;

/// <summary>Settings of mails out, section <c>Marketplace:Mail</c> of the configuration.</summary>
public sealed class MailOptions
{
    /// <summary>The section.</summary>
    public const string Section = "Marketplace:Mail";

    /// <summary>The mail server. Unless set: a sandbox writes mails to the console, and any other installation sends none.</summary>
    public string? Host { get; set; }

    /// <summary>Its port.</summary>
    public int Port { get; set; } = 587;

    /// <summary>How the way there is protected.</summary>
    public MailSecurity Security { get; set; } = MailSecurity.StartTls;

    /// <summary>Name to sign in with at the mail server. Unless set: nobody signs in there.</summary>
    public string? User { get; set; }

    /// <summary>Password for it. It is a secret.</summary>
    public string? Password { get; set; }

    /// <summary>The sender's address, such as <c>Marketplace &lt;no-reply@market.example.com&gt;</c>.</summary>
    public string From { get; set; } = "Marketplace <no-reply@localhost>";

    /// <summary>Whether mails are written to the console when there is no mail server. For development alone: they hold links that let people in.</summary>
    public bool Console { get; set; }
}

/// <summary>How the way to a mail server is protected.</summary>
public enum MailSecurity
{
    /// <summary>TLS once connected, usually at port 587.</summary>
    StartTls,

    /// <summary>TLS from the start, usually at port 465.</summary>
    Tls,

    /// <summary>Not at all: for a relay on this machine.</summary>
    None,
}
