using Microsoft.Extensions.Logging;

namespace Marketplace.Host.Tests;

public sealed class DiscreetLogsTests
{
    private const string Requests = "Microsoft.AspNetCore.Hosting.Diagnostics";

    [Theory]
    [InlineData(null, null, LogLevel.Trace)]
    [InlineData(null, "Microsoft.AspNetCore", LogLevel.Debug)]
    [InlineData(null, Requests, LogLevel.Information)]
    [InlineData("Console", null, LogLevel.Trace)]
    [InlineData("Console", Requests, LogLevel.Information)]
    public void WhatTheSettingsAskForMakesNobodyTellWhatOpensSomething(string? provider, string? category, LogLevel level)
    {
        using var factory = Factory(new LoggerFilterRule(provider, category, level, null));

        Assert.False(factory.CreateLogger(Requests).IsEnabled(LogLevel.Information));
        Assert.False(factory.CreateLogger("Microsoft.AspNetCore.SignalR.HubConnectionHandler").IsEnabled(LogLevel.Information));
        Assert.True(factory.CreateLogger(Requests).IsEnabled(LogLevel.Warning));
    }

    [Fact]
    public void LessIsLessAndOthersSayWhatTheyAreAskedFor()
    {
        using var factory = Factory(new LoggerFilterRule(null, null, LogLevel.Error, null), new LoggerFilterRule(null, "Marketplace", LogLevel.Trace, null));

        Assert.False(factory.CreateLogger(Requests).IsEnabled(LogLevel.Warning));
        Assert.True(factory.CreateLogger("Marketplace.Api").IsEnabled(LogLevel.Trace));
    }

    private static LoggerFactory Factory(params LoggerFilterRule[] rules)
    {
        var options = new LoggerFilterOptions();
        foreach (var rule in rules)
        {
            options.Rules.Add(rule);
        }

        DiscreetLogs.Quieten(options);
        return new LoggerFactory([new ConsoleLike()], options);
    }

    [ProviderAlias("Console")]
    private sealed class ConsoleLike : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
        }

        public void Dispose()
        {
        }
    }
}
