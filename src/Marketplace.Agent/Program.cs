using Marketplace.Agent;
using Marketplace.Agent.Commands;

return await AgentCommandLine.RunAsync(args, new AgentEnvironment());
