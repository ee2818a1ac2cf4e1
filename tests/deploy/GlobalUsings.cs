global using System.Text.Json.Nodes;
global using PointsMall.Tests.Support;
global using Xunit;

// What is deployed runs on Linux, so its tests do.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
