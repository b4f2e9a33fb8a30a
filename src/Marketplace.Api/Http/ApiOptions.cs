namespace Marketplace.Api.Http;

/// <summary>Settings of the API, section <c>Api</c> of the configuration.</summary>
public sealed class ApiOptions
{
    /// <summary>Requests a minute for one API key, evenly refilled; as many may come at once.</summary>
    public int RequestsPerMinutePerKey { get; set; } = 6_000;

    /// <summary>Requests a minute of one person who is signed in, from all browsers together.</summary>
    public int RequestsPerMinutePerPerson { get; set; } = 6_000;

    /// <summary>Attempts a minute, from one client address, at what lets people in: passwords, codes, tokens.</summary>
    public int AttemptsPerMinutePerAddress { get; set; } = 30;

    /// <summary>Attempts a minute at one person's account, from everywhere together.</summary>
    public int AttemptsPerMinutePerAccount { get; set; } = 10;

    /// <summary>Mails an hour to one address that anybody can ask for: confirmations, resets, invitations.</summary>
    public int MailsPerHourPerAccount { get; set; } = 20;

    /// <summary>Such mails a day that one person who is signed in, or one API key, asks for.</summary>
    public int MailsPerDayPerSender { get; set; } = 200;

    /// <summary>Invitations a day that one organization mails, whoever of it invites.</summary>
    public int MailsPerDayPerOrganization { get; set; } = 300;

    /// <summary>Such mails a day that are asked for from one client address; of IPv6, from one network of 64 bits.</summary>
    public int MailsPerDayPerAddress { get; set; } = 500;

    /// <summary>Requests a minute from one client address without a valid key; of IPv6, from one network of 64 bits.</summary>
    public int RequestsPerMinutePerAddress { get; set; } = 1_200;
}
