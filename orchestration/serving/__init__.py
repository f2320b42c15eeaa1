"""What readers of a release are given beside its marts: views with Chinese names, the dictionary, a server with roles."""
